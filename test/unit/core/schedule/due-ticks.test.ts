/** Which ticks fire, which are skipped, and what is left for later: by each policy, and against one who goes through all. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type DueTicks, dueTicks, type Ticking } from '../../../../lib/core/schedule/due-ticks.ts'
import { offsetIn } from '../../../../lib/core/schedule/offset.ts'
import type { Rule } from '../../../../lib/core/schedule/rule.ts'
import type { Missed, ScheduleKey } from '../../../../lib/core/schedule/schedule.ts'
import { nextTick } from '../../../../lib/core/schedule/ticks.ts'
import { MISSED_AFTER_MS, TICK_AHEAD_MS } from '../../../../lib/core/times.ts'
import { untyped } from '../../../support/untyped.ts'
import { at, cron, every } from './rules.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const NOW = at('2026-07-01T12:00:00Z')
const KEY: ScheduleKey = untyped('report|acme')

interface Case extends Partial<Ticking['options']> {
  readonly rule: Rule
  readonly nextAt?: number
  readonly lastAt?: number
}
const ticking = ({
  rule,
  nextAt,
  lastAt,
  missed = 'one',
  catchUp_ms = DAY_MS,
  window_ms = 0,
}: Case): Ticking => ({
  key: KEY,
  rule,
  ...(nextAt === undefined ? {} : { nextAt }),
  ...(lastAt === undefined ? {} : { lastAt }),
  options: { missed, catchUp_ms, window_ms },
})
const due = (schedule: Case, most = 25): DueTicks =>
  dueTicks(ticking(schedule), NOW, NOW + TICK_AHEAD_MS, most)
/** How long before now. */
const minutesAgo = (times: readonly number[]) => times.map((time) => (NOW - time) / MINUTE_MS)

const minutely = every(MINUTE_MS)

describe('in time', () => {
  test('all up to the end fire, those ahead too', () => {
    const { fire, ...rest } = due({ rule: minutely, nextAt: NOW, lastAt: NOW - MINUTE_MS })
    expect(minutesAgo(fire)).toEqual([0, -1])
    expect(rest).toEqual({ nextAt: NOW + 2 * MINUTE_MS, lastAt: NOW + MINUTE_MS, isMore: false })
  })
  test.each<Missed>(['all', 'one', 'skip'])('one that is a minute late fires with %s', (missed) =>
    expect(minutesAgo(due({ rule: minutely, nextAt: NOW - MINUTE_MS, missed }).fire)).toEqual([1, 0, -1]),
  )
  test('nothing fires before its time', () =>
    expect(due({ rule: minutely, nextAt: NOW + 2 * MINUTE_MS, lastAt: 7 })).toEqual({
      fire: [],
      nextAt: NOW + 2 * MINUTE_MS,
      lastAt: 7,
      isMore: false,
    }))
  test('nothing fires that has no tick', () => {
    expect(due({ rule: minutely })).toEqual({ fire: [], isMore: false })
    expect(due({ rule: minutely, lastAt: 7 })).toEqual({ fire: [], lastAt: 7, isMore: false })
  })
  test('as many as one firing may have; the rest is said to be there', () => {
    const { fire, nextAt, isMore } = due({ rule: every(1000), nextAt: NOW }, 3)
    expect({ fire, nextAt, isMore }).toEqual({
      fire: [NOW, NOW + 1000, NOW + 2000],
      nextAt: NOW + 3000,
      isMore: true,
    })
  })
})

describe('after an outage', () => {
  test.each<Missed>(['all', 'one'])(
    'a tick as late as the catch-up window is long still fires with %s',
    (missed) => {
      const hourly = { rule: every(60 * MINUTE_MS), nextAt: NOW - 60 * MINUTE_MS, missed }
      expect(minutesAgo(due({ ...hourly, catchUp_ms: 60 * MINUTE_MS }).fire)).toEqual([60, 0])
      expect(minutesAgo(due({ ...hourly, catchUp_ms: 60 * MINUTE_MS - 1 }).fire)).toEqual([0])
    },
  )
  const down = { rule: minutely, nextAt: NOW - 5 * MINUTE_MS }
  test('all fire', () =>
    expect(minutesAgo(due({ ...down, missed: 'all' }).fire)).toEqual([5, 4, 3, 2, 1, 0, -1]))
  test('the latest fires alone, and those in time', () => {
    const { fire, skipped } = due({ ...down, missed: 'one' })
    expect(minutesAgo(fire)).toEqual([2, 1, 0, -1])
    expect(skipped).toEqual({ count: 3, from: NOW - 5 * MINUTE_MS, to: NOW - 3 * MINUTE_MS })
  })
  test('none fires but those in time', () => {
    const { fire, skipped } = due({ ...down, missed: 'skip' })
    expect(minutesAgo(fire)).toEqual([1, 0, -1])
    expect(skipped).toEqual({ count: 4, from: NOW - 5 * MINUTE_MS, to: NOW - 2 * MINUTE_MS })
  })
  test('one that has missed a single tick skips none', () => {
    const rule = cron('0 9 * * *')
    const { fire, skipped, nextAt } = due({ rule, nextAt: at('2026-07-01T09:00:00Z') })
    expect(minutesAgo(fire)).toEqual([180])
    expect({ skipped, nextAt }).toEqual({ skipped: undefined, nextAt: at('2026-07-02T09:00:00Z') })
  })
  test('what is later than the catch-up window is skipped, whatever the policy says', () => {
    const catchUp_ms = 3 * MINUTE_MS
    expect(minutesAgo(due({ ...down, missed: 'all', catchUp_ms }).fire)).toEqual([3, 2, 1, 0, -1])
    const daily = { rule: cron('0 9 * * *'), nextAt: at('2026-06-30T09:00:00Z'), catchUp_ms }
    for (const missed of ['all', 'one', 'skip'] as const)
      expect(due({ ...daily, missed })).toEqual({
        fire: [],
        skipped: { count: 2, from: at('2026-06-30T09:00:00Z'), to: at('2026-07-01T09:00:00Z') },
        nextAt: at('2026-07-02T09:00:00Z'),
        lastAt: at('2026-07-01T09:00:00Z'),
        isMore: false,
      })
  })
  test('a catch-up window never skips what is in time', () =>
    expect(
      minutesAgo(due({ rule: minutely, nextAt: NOW - MINUTE_MS, missed: 'all', catchUp_ms: 0 }).fire),
    ).toEqual([1, 0, -1]))
  test.each<Missed>(['all', 'one', 'skip'])('a one-time fires with %s, however late', (missed) =>
    expect(due({ rule: { kind: 'at', at: 5 }, nextAt: 5, missed, catchUp_ms: MINUTE_MS })).toEqual({
      fire: [5],
      lastAt: 5,
      isMore: false,
    }),
  )
  test('a tick whose job would not have started yet is not late', () => {
    const nextAt = NOW - 5 * MINUTE_MS
    const windows = Array.from({ length: 100 }, (_, n) => 6 * MINUTE_MS + n)
    const [window_ms = 0] = windows.filter((window) => offsetIn(window, KEY) > 4 * MINUTE_MS)
    const { fire } = due({ rule: every(HOUR_MS, nextAt - HOUR_MS), nextAt, missed: 'skip', window_ms })
    expect(fire).toEqual([nextAt])
  })
})

describe('a million missed ticks', () => {
  const from = NOW - 14 * DAY_MS
  const rules: readonly Rule[] = [every(1000), cron('* * * * * *', 'Europe/Berlin')]
  test.each(rules)('are jumped over by %j', (rule) => {
    for (const [missed, first] of [
      ['one', NOW - MISSED_AFTER_MS - 1000],
      ['skip', NOW - MISSED_AFTER_MS],
      ['all', NOW - DAY_MS],
    ] as const) {
      const { fire, skipped, isMore } = due({ rule, nextAt: from, missed })
      expect([fire[0], fire.length, isMore]).toEqual([first, 25, true])
      expect([skipped?.from, skipped?.to]).toEqual([from, first - 1000])
    }
  })
  test('of an interval are counted, of an expression as far as it is worth it', () => {
    expect(due({ rule: every(1000), nextAt: from }).skipped).toMatchObject({ count: 1_209_600 - 61 })
    expect(due({ rule: every(1000), nextAt: from }).skipped).not.toHaveProperty('isAtLeast')
    expect(due({ rule: cron('* * * * * *'), nextAt: from }).skipped).toMatchObject({
      count: 100,
      isAtLeast: true,
    })
  })
})

const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc
    .tuple(fc.constantFrom(7000, 60_000, 61_000, 300_000), fc.nat(100_000))
    .map(([every_ms, from]) => every(every_ms, from)),
  fc
    .tuple(
      fc.constantFrom('* * * * *', '*/3 * * * *', '*/7 * * * * *', '0,5,6 11-13 * * *'),
      fc.constantFrom('UTC', 'Europe/Berlin'),
    )
    .map(([expression, zone]) => cron(expression, zone)),
)
const policy = fc.record({
  missed: fc.constantFrom<Missed>('all', 'one', 'skip'),
  catchUp_ms: fc.constantFrom(MINUTE_MS, 90_000, 10 * MINUTE_MS, DAY_MS),
  window_ms: fc.constantFrom(0, 0, 1000, MINUTE_MS),
})

const NEVER = Number.POSITIVE_INFINITY
/** What becomes of each tick, one by one. */
function byHand(schedule: Ticking & { readonly nextAt: number }, until: number) {
  const { missed, catchUp_ms, window_ms } = schedule.options
  const ticks: number[] = []
  for (let tick = schedule.nextAt; tick <= until; tick = nextTick(schedule.rule, tick) ?? NEVER)
    ticks.push(tick)
  const late = (tick: number) => NOW - tick - offsetIn(window_ms, schedule.key)
  const isMissed = (tick: number) => late(tick) > MISSED_AFTER_MS
  const latest = ticks.filter(isMissed).at(-1)
  const fires = (tick: number) => {
    if (!isMissed(tick)) return true
    if (late(tick) > catchUp_ms || missed === 'skip') return false
    return missed === 'all' || tick === latest
  }
  return { fire: ticks.filter(fires), skipped: ticks.filter((tick) => !fires(tick)) }
}

/** As a schedule fires that is asked again until nothing is due. */
function allRounds(schedule: Ticking, until: number, most: number) {
  const [fired, skipped]: [number[], number[]] = [[], []]
  let found = dueTicks(schedule, NOW, until, most)
  for (let rounds = 0; rounds < 1000; rounds += 1) {
    fired.push(...found.fire)
    if (found.skipped) skipped.push(found.skipped.count, found.skipped.from, found.skipped.to)
    if (!found.isMore) break
    found = dueTicks({ ...schedule, ...found }, NOW, until, most)
  }
  return { fired, skipped, found }
}

const down = fc.integer({ min: -2, max: 40 })
const most = fc.integer({ min: 1, max: 9 })
test('every tick is fired or skipped as its policy says, exactly once, however many firings it takes', () => {
  const property = fc.property(rule, policy, down, most, (ofSchedule, options, down_min, most) => {
    const nextAt = nextTick(ofSchedule, NOW - down_min * MINUTE_MS) ?? 0
    const first = { ...ticking({ rule: ofSchedule, nextAt, ...options }), nextAt }
    const until = NOW + TICK_AHEAD_MS
    const expected = byHand(first, until)
    const { fired, skipped, found } = allRounds(first, until, most)
    expect(fired).toEqual(expected.fire)
    const counted = Math.min(expected.skipped.length, ofSchedule.kind === 'every' ? 1e9 : 100)
    const ends = [expected.skipped[0], expected.skipped.at(-1)]
    expect(skipped).toEqual(counted === 0 ? [] : [counted, ...ends])
    expect(found.nextAt).toBe(nextTick(ofSchedule, found.lastAt ?? nextAt - 1))
  })
  fc.assert(property, { numRuns: 200 })
})
