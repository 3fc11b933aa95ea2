/** Options of schedules: defaults, what contradicts itself, and what nobody knows. */
import { expect, test } from 'vitest'
import { parseOptions } from '../../../../lib/core/schedule/options-input.ts'
import type { Rule } from '../../../../lib/core/schedule/rule.ts'
import { cron, every } from './rules.ts'

const MINUTELY = every(60_000)
const ONCE: Rule = { kind: 'at', at: 5 }
const DEFAULTS = {
  missed: 'one',
  catchUp_ms: 86_400_000,
  overlap: 'allow',
  delivery: 'exactlyOnce',
  onFailure: 'retry',
  window_ms: 0,
}

test('none are the defaults, whatever the rule', () => {
  for (const rule of [MINUTELY, ONCE, cron('* * * * * *')])
    expect(parseOptions({}, rule)).toEqual({ ok: true, value: DEFAULTS })
})

test('what is given is kept, under the names of a schedule', () => {
  const given = {
    missed: 'all',
    catchUp: '2h',
    overlap: 'bufferOne',
    delivery: 'exactlyOnce',
    onFailure: 'wait',
    window: '30s',
    ttl: '10m',
    priority: 0,
    partition: 'a|b',
    tags: { user: 'u1' },
    pools: { api: 2 },
    cost: 3,
  }
  expect(parseOptions(given, MINUTELY)).toEqual({
    ok: true,
    value: {
      missed: 'all',
      catchUp_ms: 7_200_000,
      overlap: 'bufferOne',
      delivery: 'exactlyOnce',
      onFailure: 'wait',
      window_ms: 30_000,
      ttl_ms: 600_000,
      priority: 0,
      jobPartition: 'a|b',
      tags: { user: 'u1' },
      pools: { api: 2 },
      cost: 3,
    },
  })
})

test.each<[object, Rule, object]>([
  [{ window: '1m' }, MINUTELY, { window_ms: 60_000 }],
  [{ window: '1h' }, cron('0 9,10 * * *'), { window_ms: 3_600_000 }],
  [{ window: '30d' }, ONCE, { window_ms: 30 * 86_400_000 }],
  [{ overlap: 'skip' }, MINUTELY, { overlap: 'skip' }],
  [{ overlap: 'allow', delivery: 'atMostOnce' }, MINUTELY, { delivery: 'atMostOnce' }],
  [{ missed: 'skip' }, ONCE, { missed: 'skip' }],
  [{ onFailure: 'commit' }, ONCE, { onFailure: 'commit' }],
  [{ ttl: undefined, priority: undefined }, ONCE, {}],
])('%j makes sense', (given, rule, value) =>
  expect(parseOptions(given, rule)).toEqual({ ok: true, value: { ...DEFAULTS, ...value } }),
)

test.each<[unknown, Rule, RegExp]>([
  [{ overlap: 'skip', delivery: 'atLeastOnce' }, MINUTELY, /overlap "skip" needs delivery exactlyOnce/],
  [{ overlap: 'bufferOne', delivery: 'atMostOnce' }, MINUTELY, /leave overlap or delivery out$/],
  [{ missed: 'skip', catchUp: '1h' }, MINUTELY, /leave catchUp out$/],
  [{ onFailure: 'wait' }, ONCE, /a one-time has none: leave it out$/],
  [{ window: '61s' }, MINUTELY, /a window of 61 s is longer than the 60 s between two ticks/],
  [{ window: '61m' }, cron('0 9,10 1 * *', 'Europe/Berlin'), /longer than the 3600 s/],
  [{ catchUp: '59s' }, MINUTELY, /^catchUp: /],
  [{ catchUp: '367d' }, MINUTELY, /^catchUp: /],
  [{ ttl: 0 }, MINUTELY, /^ttl: /],
  [{ ttl: 'long' }, MINUTELY, /^ttl: a duration is/],
  [{ window: -1 }, MINUTELY, /^window: /],
  [{ missed: 'none' }, MINUTELY, /^missed: /],
  [{ priority: 10 }, MINUTELY, /^priority: is a whole number from 0 \(first\) to 9$/],
  [{ priority: 1.5 }, MINUTELY, /^priority: /],
  [{ partition: '' }, MINUTELY, /^partition: the partition is empty/],
  [{ partition: '\ud800' }, MINUTELY, /^partition: .*half of a character/],
  [{ partition: 'x'.repeat(300) }, MINUTELY, /^partition: .*longer than 256/],
  [{ tags: { 'no key!': 'x' } }, MINUTELY, /^tags/],
  [{ pools: { api: 0 } }, MINUTELY, /^pools.api: /],
  [{ cost: 0 }, MINUTELY, /^cost: /],
  [{ jobPartition: 'acme' }, MINUTELY, /Unrecognized key: "jobPartition"/],
  [{ window_ms: 5 }, MINUTELY, /Unrecognized key: "window_ms"/],
  [7, MINUTELY, /expected object/],
])('%j is refused in words', (given, rule, reason) =>
  expect(parseOptions(given, rule)).toEqual({ ok: false, reason: expect.stringMatching(reason) }),
)
