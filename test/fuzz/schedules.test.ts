/** Rules, zones, options and names of schedules: a right one ticks and can be kept, any other is refused in words, in no time. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isTaskName } from '../../lib/core/queue/task-name.ts'
import { dueTicks } from '../../lib/core/schedule/due-ticks.ts'
import { parseOptions } from '../../lib/core/schedule/options-input.ts'
import type { Rule } from '../../lib/core/schedule/rule.ts'
import { parseRule, ruleSchema } from '../../lib/core/schedule/rule-input.ts'
import type { ScheduleOptions } from '../../lib/core/schedule/schedule.ts'
import { isScheduleName, partsOf, scheduleKey } from '../../lib/core/schedule/schedule-key.ts'
import { tickOfJob } from '../../lib/core/schedule/tick-of-job.ts'
import { firstTick, movedBy, nextTick, previousTick, ticksAfter } from '../../lib/core/schedule/ticks.ts'
import { warningsOf } from '../../lib/core/schedule/unusual-days.ts'
import { isValidInstant } from '../../lib/core/text/instant.ts'
import type { Parsed } from '../../lib/core/text/parsed.ts'
import { text } from './attributes.ts'
import { almost, anything } from './bodies.ts'
import { corpus } from './corpus.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('schedules')

const LAST = Date.UTC(2100, 0, 1)
const instant = fc.integer({ min: 0, max: LAST })

const value = fc.oneof(
  { weight: 8, arbitrary: fc.nat(62).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('L', 'LW', '15W', 'MON', 'sun', 'MON#2', '5L', '7', 'JAN', '?', '+1', ''),
  },
)
const part = fc.oneof(
  { weight: 4, arbitrary: value },
  { weight: 3, arbitrary: fc.constant('*') },
  { weight: 1, arbitrary: fc.tuple(value, value).map(([from, to]) => `${from}-${to}`) },
  { weight: 2, arbitrary: fc.nat(61).map((step) => `*/${step}`) },
  { weight: 1, arbitrary: fc.tuple(value, value, value).map(([from, to, step]) => `${from}-${to}/${step}`) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'0123456789*/,-#LW+?: '), maxLength: 8 }) },
)
const field = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join())
/** Mostly right: a wrong field is enough to make all wrong. */
const fieldUpTo = (low: number, high: number) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: low, max: high }).map(String) },
    { weight: 6, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: high }).map((step) => `*/${step}`) },
    {
      weight: 3,
      arbitrary: fc
        .uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 4 })
        .map((all) => all.join()),
    },
    { weight: 1, arbitrary: field },
  )
const expression = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fieldUpTo(0, 59),
        fieldUpTo(0, 59),
        fieldUpTo(0, 23),
        fieldUpTo(1, 31),
        fieldUpTo(1, 12),
        fieldUpTo(0, 7),
        fc.boolean(),
      )
      .map(([second, ...rest]) => (rest.pop() ? [second, ...rest] : rest).join(' ')),
  },
  { weight: 2, arbitrary: fc.array(field, { minLength: 4, maxLength: 7 }).map((fields) => fields.join(' ')) },
  { weight: 1, arbitrary: text },
)
const zone = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Intl.supportedValuesOf('timeZone')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'UTC',
      'utc',
      'europe/BERLIN',
      'Etc/GMT+5',
      'EST5EDT',
      'BST',
      '+02:00',
      'GMT+1',
      'Europe/',
      '/',
    ),
  },
  { weight: 1, arbitrary: text },
)
const duration = fc.oneof(
  fc.constantFrom(
    '1s',
    '90s',
    '5m',
    '1h',
    '7d',
    '366d',
    '0s',
    '-1s',
    '1e3s',
    1000,
    999,
    1.5,
    Number.MAX_VALUE,
    Number.NaN,
  ),
  anything,
)
const time = fc.oneof(
  instant,
  instant.map((at) => new Date(at)),
  instant.map((at) => new Date(at).toISOString()),
  fc.constantFrom(
    '2030-01-31',
    '2030-01-31T09:00',
    '2030-01-31T09:00+14:00',
    '-000001-01-01T00:00:00Z',
    new Date(Number.NaN),
    1e300,
    -1,
  ),
  text,
)
const ruleInput = fc.oneof(
  { weight: 8, arbitrary: fc.record({ cron: expression, timeZone: zone }, { requiredKeys: ['cron'] }) },
  { weight: 1, arbitrary: almost({ cron: expression, timeZone: zone }) },
  { weight: 2, arbitrary: almost({ every: duration, aligned: fc.boolean() }) },
  { weight: 2, arbitrary: almost({ at: time }) },
  { weight: 1, arbitrary: anything },
)

/** A reason is one line that a person can read. */
function accepted<T>(parsed: Parsed<T>): T | undefined {
  if (parsed.ok) return parsed.value
  expect(parsed.reason).toMatch(/^[^\p{Cc}]{8,2000}$/u)
  return undefined
}

function asRule(input: unknown, now: number): void {
  tried(1)
  const rule = accepted(parseRule(input, now))
  if (rule) ticks(rule, now)
}

function ticks(rule: Rule, now: number): void {
  expect(ruleSchema.parse(JSON.parse(JSON.stringify(rule)))).toEqual(rule)
  expect(parseRule(asWritten(rule), now).ok).toBe(true)
  const first = firstTick(rule, now)
  expect(first !== undefined && isValidInstant(first)).toBe(true)
  if (first === undefined) return
  const found = [first, ...ticksAfter(rule, first, 3)]
  expect(found.toSorted((one, other) => one - other)).toEqual(found)
  expect(new Set(found).size).toBe(found.length)
  for (const [n, tick] of found.entries()) {
    const before = previousTick(rule, tick + 1)
    expect(before).toBe(tick)
    if (n > 0) expect(previousTick(rule, tick)).toBe(found[n - 1])
    expect(nextTick(rule, tick - 1)).toBe(tick)
    expect(Math.abs(movedBy(rule, tick) ?? 1)).toBeGreaterThan(0)
  }
  for (const warning of warningsOf(rule, now))
    expect(warning).toMatch(/^on \d{4}-\d\d-\d\d the clocks of [^\p{Cc}]+$/u)
}
const asWritten = (rule: Rule): object => {
  if (rule.kind === 'every') return { every: rule.every_ms }
  return rule.kind === 'at' ? { at: rule.at } : { cron: rule.cron, timeZone: rule.timeZone }
}

describe('rules', () => {
  test.each(corpus('rules'))('found before: %s', (_why, input) => asRule(input, Date.UTC(2026, 0, 10)))

  test('tick, or are refused in words', () => {
    fc.assert(fc.property(ruleInput, instant, asRule), runs(4000))
  })
})

const options = almost({
  missed: fc.constantFrom('all', 'one', 'skip', undefined),
  catchUp: fc.oneof(fc.constant(undefined), duration),
  overlap: fc.constantFrom('allow', 'skip', 'bufferOne', undefined),
  delivery: fc.constantFrom('exactlyOnce', undefined, 'atMostOnce'),
  onFailure: fc.constantFrom('retry', 'commit', 'wait', undefined),
  window: fc.oneof(fc.constant(undefined), duration),
  ttl: fc.oneof(fc.constant(undefined), duration),
  partition: fc.oneof(fc.constant(undefined), text),
  tags: fc.oneof(fc.constant(undefined), fc.dictionary(text, text, { maxKeys: 2 })),
  priority: fc.oneof(fc.constant(undefined), fc.nat(9)),
})
const soundRule = fc.oneof(
  fc.record({
    kind: fc.constant('every' as const),
    every_ms: fc.integer({ min: 1000, max: 9e7 }),
    from: instant,
  }),
  fc.record({ kind: fc.constant('at' as const), at: instant }),
  fc.record({
    kind: fc.constant('cron' as const),
    cron: fc.constantFrom('* * * * * *', '*/15 2 * * *', '30 2 * * *', '0 9 29 2 *', '59 59 23 * * *'),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/Nuuk', 'Australia/Lord_Howe'),
  }),
)

describe('options', () => {
  test('go with their rule, or are refused in words', () => {
    const property = fc.property(options, soundRule, (input, rule) => {
      tried(1)
      const kept = accepted(parseOptions(input, rule))
      if (!kept) return
      const lengths = [kept.catchUp_ms, kept.window_ms, kept.ttl_ms ?? 1]
      for (const length_ms of lengths) expect(Number.isSafeInteger(length_ms) && length_ms >= 0).toBe(true)
      expect(Object.values(kept)).not.toContain(undefined)
    })
    fc.assert(property, runs(6000))
  })

  const sound = fc.record({
    missed: fc.constantFrom<ScheduleOptions['missed']>('all', 'one', 'skip'),
    catchUp_ms: fc.integer({ min: 0, max: 3e10 }),
    window_ms: fc.nat(9e6),
  })
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 9 })
  test('say of any tick whether it fires, for however long nobody has looked', () => {
    const property = fc.property(
      soundRule,
      sound,
      name,
      fc.tuple(instant, instant),
      (rule, kept, id, [one, other]) => {
        tried(1)
        const now = Math.max(one, other)
        const nextAt = firstTick(rule, Math.min(one, other))
        const schedule = { task: 'sync', name: id, key: scheduleKey('sync', id), rule, createdAt: 0 }
        const at = nextAt === undefined ? {} : { nextAt }
        const { fire, skipped, ...then } = dueTicks(
          { ...schedule, ...at, options: kept },
          now,
          now + 90_000,
          3,
        )
        expect(fire.toSorted((a, b) => a - b)).toEqual(fire)
        for (const tick of fire) {
          expect(tick <= now + 90_000).toBe(true)
          const { previous = -1, next } = tickOfJob(
            { ...schedule, ...at, options: { onFailure: 'wait' } },
            tick,
          )
          expect(previous < tick && (next[0] ?? tick + 1) > tick).toBe(true)
        }
        if (skipped)
          expect(skipped.from <= skipped.to && skipped.to < (fire[0] ?? then.nextAt ?? now)).toBe(true)
        if (then.isMore) expect(then.nextAt).toBeLessThanOrEqual(now + 90_000)
      },
    )
    fc.assert(property, runs(1500))
  })
})

describe('names', () => {
  test('give one key each, from which they can be read', () => {
    const parts = fc.tuple(text, text, text)
    const property = fc.property(parts, ([task, name, other]) => {
      tried(1)
      const key = scheduleKey(task, name)
      const read = accepted(partsOf(key))
      expect(read !== undefined).toBe(isTaskName(task) && isScheduleName(name))
      if (read) expect(read).toEqual({ task, name })
      expect(scheduleKey(task, other) === key).toBe(name === other)
    })
    fc.assert(property, runs(20_000))
  })
  test('that somebody else has put together are read, or refused in words', () => {
    const pieces = fc.array(fc.oneof(text, fc.constantFrom('|', '%7C', '%25', '%', '%2C')), { maxLength: 5 })
    const property = fc.property(pieces, (all) => {
      tried(1)
      const key = all.join('')
      const read = accepted(partsOf(key))
      if (read) expect(scheduleKey(read.task, read.name)).toBe(key)
    })
    fc.assert(property, runs(20_000))
  })
})
