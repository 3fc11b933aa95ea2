/** What is said when a schedule is made: on which days the clocks make it tick otherwise than its rule reads. */
import { describe, expect, test } from 'vitest'
import { unusualDays, warningsOf } from '../../../../lib/core/schedule/unusual-days.ts'
import { at, cron, every } from './rules.ts'

const FROM = at('2026-01-10T00:00:00Z')
const said = (expression: string, zone: string, from = FROM) => warningsOf(cron(expression, zone), from)
const SPRING = 'on 2026-03-29 the clocks of Europe/Berlin go from 02:00 to 03:00'
const AUTUMN = 'on 2026-10-25 the clocks of Europe/Berlin go from 03:00 to 02:00'
const GREENLAND = 'on 2026-03-28 the clocks of America/Nuuk go from 23:00 to 00:00'

test.each<[string, string, string[]]>([
  [
    '*/15 2 * * *',
    'Europe/Berlin',
    [
      `${SPRING}: it does not tick at all on that day`,
      `${AUTUMN}: its ticks between them, from 02:00 on, come twice`,
    ],
  ],
  ['30 2 * * *', 'Europe/Berlin', [`${SPRING}: its tick at 02:30 comes at 03:00`]],
  ['20 30 2 * * SUN', 'Europe/Berlin', [`${SPRING}: its tick at 02:30:20 comes at 03:00`]],
  ['10,40 2 * * *', 'Europe/Berlin', [`${SPRING}: its ticks between them, from 02:10 on, are one, at 03:00`]],
  ['0 2,3 * * *', 'Europe/Berlin', [`${SPRING}: its tick at 02:00 comes at 03:00`]],
  ['0 */2 * * *', 'Europe/Berlin', [`${AUTUMN}: its ticks between them, from 02:00 on, come twice`]],
  ['30 23 * * *', 'America/Nuuk', [`${GREENLAND}: its tick at 23:30 comes at 22:59:59`]],
  [
    '0,30 0,23 * * *',
    'America/Nuuk',
    [`${GREENLAND}: its ticks between them, from 23:00 on, are one, at 22:59:59`],
  ],
  [
    '0 0 * * *',
    'Africa/Cairo',
    ['on 2026-04-24 the clocks of Africa/Cairo go from 00:00 to 01:00: its tick at 00:00 comes at 01:00'],
  ],
])('%s in %s', (expression, zone, warnings) => expect(said(expression, zone)).toEqual(warnings))

describe('nothing is said', () => {
  test.each([
    ['0 9 * * *', 'Europe/Berlin'],
    ['*/15 * * * *', 'Europe/Berlin'],
    ['30 2 * * MON', 'Europe/Berlin'],
    ['*/15 3 * * *', 'Europe/Berlin'],
    ['*/15 1,2 * * MON-SAT', 'Europe/Berlin'],
    ['*/15 2 * * *', 'Asia/Kolkata'],
    ['*/15 2 * * *', 'UTC'],
  ])('about %s in %s', (expression, zone) => expect(said(expression, zone)).toEqual([]))

  test('about what has no local time', () => {
    expect(warningsOf(every(86_400_000), FROM)).toEqual([])
    expect(warningsOf({ kind: 'at', at: at('2026-03-29T01:00:00Z') }, FROM)).toEqual([])
  })

  test('about a day on which other times tick', () =>
    expect(said('*/15 1,2 * * *', 'Europe/Berlin', at('2026-03-01T00:00:00Z'))).toEqual([
      `${AUTUMN}: its ticks between them, from 02:00 on, come twice`,
    ]))

  test('about what is past, or more than a year ahead', () => {
    const next = said('30 2 * * *', 'Europe/Berlin', at('2026-04-01T00:00:00Z'))
    expect(next.map((text) => text.slice(0, 13))).toEqual(['on 2027-03-28'])
  })
})

test('a date that does not exist has no tick', () => {
  const [day] = unusualDays(cron('30 12 * * *', 'Pacific/Apia'), at('2011-12-01T00:00:00Z'))
  expect(day).toMatchObject({ date: '2011-12-30', kind: 'none' })
})
