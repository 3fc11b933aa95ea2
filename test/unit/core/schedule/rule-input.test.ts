/** Rules as people write them: what becomes of right ones, and what is said about wrong ones. */
import { describe, expect, test } from 'vitest'
import type { Rule } from '../../../../lib/core/schedule/rule.ts'
import { continued, parseRule, type RuleInput, ruleSchema } from '../../../../lib/core/schedule/rule-input.ts'
import { cron, every } from './rules.ts'

const NOW = Date.UTC(2026, 0, 10)
const AT = Date.UTC(2030, 0, 31, 9)

test.each<[RuleInput, Rule]>([
  [{ cron: '0 9 * * MON-FRI' }, cron('0 9 * * MON-FRI')],
  [{ cron: '  0\t9  * * *\n', timeZone: 'Asia/Kolkata' }, cron('0 9 * * *', 'Asia/Kolkata')],
  [{ cron: '*/10 * * * * *', timeZone: 'EST' }, cron('*/10 * * * * *', 'EST')],
  [{ cron: '0 9 L * *', timeZone: undefined }, cron('0 9 L * *')],
  [{ every: '15m' }, every(900_000, NOW)],
  [{ every: 1000, aligned: false }, every(1000, NOW)],
  [{ every: '366d', aligned: true }, every(366 * 86_400_000, 0)],
  [{ at: '2030-01-31T09:00:00Z' }, { kind: 'at', at: AT }],
  [{ at: '2030-01-31T10:00:00.000+01:00' }, { kind: 'at', at: AT }],
  [{ at: new Date(AT) }, { kind: 'at', at: AT }],
  [{ at: 0 }, { kind: 'at', at: 0 }],
])('%j is a rule, and can be kept', (input, value) => {
  expect(parseRule(input, NOW)).toEqual({ ok: true, value })
  expect(ruleSchema.parse(JSON.parse(JSON.stringify(value)))).toEqual(value)
})

test.each<[unknown, RegExp]>([
  [{}, /^a rule has cron, every or at: give one of them$/],
  [{ cron: '0 9 * * *', at: AT }, /: leave cron or at out$/],
  [{ every: '1h', at: AT }, /: leave every or at out$/],
  [{ every: '1h', timeZone: 'UTC' }, /^timeZone goes with cron: leave it out beside every$/],
  [{ at: AT, aligned: true }, /^aligned goes with every: leave it out beside at$/],
  [{ cron: '0 9 * * *', zone: 'UTC' }, /Unrecognized key: "zone"/],
  [undefined, /expected object/],
  ['0 9 * * *', /expected object/],
  [{ cron: 5 }, /^cron: expected string/],
  [{ every: true }, /^every: is a number of ms, or text like "30s"$/],
  [{ at: {} }, /^at: is a Date, epoch ms, or text as ISO 8601$/],
  [{ cron: '' }, /has 0 fields: write five fields \(minute, hour, day, month, weekday\), or six/],
  [{ cron: '@daily' }, /"@daily" has 1 fields/],
  [{ cron: '* * * * * * 2030' }, /has 7 fields/],
  [{ cron: '2030-01-31T09:00:00' }, /has 1 fields/],
  [{ cron: '0:00 9 * * *' }, /is not valid: configuration entry 1/],
  [{ cron: '60 * * * *' }, /is not valid: Invalid value for minute: 60;/],
  [{ cron: '* * * * \u0000' }, /^\P{Cc}*is not valid\P{Cc}*$/u],
  [{ cron: `${'1,'.repeat(200)}1 * * * *` }, /longer than 250 characters/],
  [{ cron: '0 9 31 2,4,6 *' }, /never ticks: no date is in all of its fields/],
  [{ cron: '0 9 * * *', timeZone: 'Mars/Olympus' }, /no time zone "Mars\/Olympus": write its IANA name/],
  [{ cron: '0 9 * * *', timeZone: '' }, /no time zone ""/],
  [{ cron: '0 9 * * *', timeZone: '+02:00' }, /no time zone "\+02:00"/],
  // The library behind Intl knows it: as the time of Dhaka.
  [{ cron: '0 9 * * *', timeZone: 'BST' }, /no time zone "BST"/],
  [{ every: 'soon' }, /^every "soon" is not a duration: write ms/],
  [{ every: '999ms' }, /^every "999ms" is not from 1 s to 366 days$/],
  [{ every: 0 }, /not from 1 s/],
  [{ every: -5000 }, /not from 1 s/],
  [{ every: '367d' }, /not from 1 s to 366 days$/],
  // Each machine would read these as another instant, or as none.
  [{ at: '2030-01-31T09:00:00' }, /is not ISO 8601 with its zone, like 2030-01-31T09:00:00Z/],
  [{ at: '2030-01-31' }, /with its zone/],
  [{ at: '2030-02-31T09:00:00Z' }, /with its zone/],
  [{ at: 'tomorrow' }, /with its zone/],
  [{ at: new Date(Number.NaN) }, /./],
  [{ at: -1 }, /^at "-1" is not a time between 1970 and 9999$/],
  [{ at: 1e15 }, /not a time between/],
])('%j is refused in words', (input, reason) => {
  expect(parseRule(input, NOW)).toEqual({ ok: false, reason: expect.stringMatching(reason) })
})

describe('a rule that is kept', () => {
  test.each<[unknown, RegExp]>([
    [cron('0 9 * * *', 'Mars/Olympus'), /no time zone/],
    [cron('0 9 * *'), /has 4 fields/],
    [every(999), /./],
    [every(1000, -1), /is no time/],
    [{ kind: 'at', at: 1.5 }, /is no time/],
    [{ kind: 'at', at: 1, cron: '* * * * *' }, /Unrecognized key/],
    [{ kind: 'weekly' }, /./],
  ])('%j is none', (kept, reason) => {
    expect(ruleSchema.safeParse(kept).error?.issues[0]?.message).toMatch(reason)
  })
})

describe('a rule that is given anew', () => {
  test('goes on counting if it is the same interval', () =>
    expect(continued(every(60_000, 5), every(60_000, 99))).toEqual(every(60_000, 5)))
  test.each([
    [every(60_000, 5), every(61_000, 99)],
    [every(60_000, 5), every(60_000, 0)],
    [every(60_000, 0), every(60_000, 99)],
    [every(60_000, 5), cron('* * * * *')],
    [cron('* * * * *'), cron('* * * * *', 'Europe/Berlin')],
  ])('and counts anew otherwise: %j, %j', (earlier, rule) => expect(continued(earlier, rule)).toBe(rule))
})
