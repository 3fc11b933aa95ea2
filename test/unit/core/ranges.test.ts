/** What a pass reads, against an oracle that looks at every key. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { formatSortKey, type JobId, type Priority, type SortKey } from '../../../lib/core/keys.ts'
import { type Range, rangesToRead } from '../../../lib/core/pass/ranges.ts'
import { closedSpans, isFresh, isLate, isWithin } from '../../../lib/core/shard/closed.ts'
import type { Slot } from '../../../lib/core/shard/state.ts'
import { asToken, NOW, sortKey } from '../../support/builders.ts'

const IDS = [...'abcdefghijklmnop'] as JobId[]
const PRIORITIES: readonly Priority[] = [0, 5, 9]
const TIMES = [NOW - 30_000, NOW - 20_000, NOW - 10_000]

type Entry = readonly [JobId, Slot]

const slotOf = (priority: Priority, runAt: number, part: Partial<Slot> = {}): Slot => ({
  token: asToken('t'),
  priority,
  runAt,
  sentAt: NOW,
  ...part,
})

const slots: fc.Arbitrary<Entry[]> = fc.uniqueArray(
  fc
    .record({
      id: fc.constantFrom(...IDS),
      priority: fc.constantFrom(...PRIORITIES),
      runAt: fc.constantFrom(...TIMES),
      fresh: fc.boolean(),
      size_kb: fc.option(fc.integer({ min: 8, max: 400 }), { nil: undefined }),
    })
    .map(({ id, priority, runAt, fresh, size_kb }): Entry => {
      const part = { ...(fresh ? { fresh } : {}), ...(size_kb === undefined ? {} : { size_kb }) }
      return [id, slotOf(priority, runAt, part as Partial<Slot>)]
    }),
  { selector: ([id]) => id },
)

const keyOf = ([id, { priority, runAt }]: Entry): SortKey => formatSortKey({ id, priority, runAt })
const ALL_KEYS = PRIORITIES.flatMap((priority) =>
  TIMES.flatMap((runAt) => IDS.map((id) => ({ key: formatSortKey({ id, priority, runAt }), priority }))),
)
const isIn = (ranges: readonly Range[], key: string): boolean =>
  ranges.some(({ from, before }) => from <= key && (before === undefined || key < before))

/** By the words of the rule: a job in flight in front of it, and one behind that was not claimed fresh. */
const isClosed = (
  entries: readonly Entry[],
  { key, priority }: { key: string; priority: number },
): boolean => {
  const same = entries.filter(([, slot]) => slot.priority === priority)
  return (
    same.some((entry) => keyOf(entry) < key) && same.some((entry) => !entry[1].fresh && key < keyOf(entry))
  )
}

describe('a pass', () => {
  test.prop([slots])('that reads the whole leaves out nothing but jobs in flight', (entries) => {
    const ranges = rangesToRead(entries, true)
    const inFlight = new Set<string>(entries.map(keyOf))
    for (const { key } of ALL_KEYS) expect(isIn(ranges, key) || inFlight.has(key)).toBe(true)
  })

  test.prop([slots])(
    'that hands a slot on leaves out nothing but what is closed, and jobs in flight',
    (entries) => {
      const ranges = rangesToRead(entries, false)
      const inFlight = new Set<string>(entries.map(keyOf))
      for (const one of ALL_KEYS)
        expect(isIn(ranges, one.key) || inFlight.has(one.key) || isClosed(entries, one)).toBe(true)
    },
  )

  test.prop([slots])('never reads what is closed by four jobs or more', (entries) => {
    const ranges = rangesToRead(entries, false)
    for (const one of ALL_KEYS) {
      const span = closedSpans(entries).find(({ first, last }) => first < one.key && one.key < last)
      if (span && span.slots.length >= 4) expect(isIn(ranges, one.key)).toBe(false)
    }
  })

  test.prop([slots, fc.boolean()])(
    'reads from the front to the end, in order, and nothing twice',
    (entries, whole) => {
      const ranges = rangesToRead(entries, whole)
      expect(ranges[0]?.from).toBe('0#')
      expect(ranges.at(-1)?.before).toBeUndefined()
      for (const [n, { before }] of ranges.slice(0, -1).entries())
        expect(before !== undefined && before < (ranges[n + 1]?.from ?? '')).toBe(true)
    },
  )

  test.prop([slots, fc.boolean()])('knows which jobs in flight each range passes over', (entries, whole) => {
    for (const range of rangesToRead(entries, whole))
      expect([...range.inFlight]).toEqual(
        entries
          .map(keyOf)
          .filter((key) => isIn([range], key))
          .sort(),
      )
  })
})

test.prop([slots])('what is closed is what the rule says', (entries) => {
  const inFlight = new Set<string>(entries.map(keyOf))
  for (const one of ALL_KEYS)
    if (!inFlight.has(one.key)) expect(isWithin(closedSpans(entries), one.key)).toBe(isClosed(entries, one))
})

test('a job is fresh until ten seconds after its time, and late five seconds after it', () => {
  expect([isFresh(NOW - 9999, NOW), isFresh(NOW - 10_000, NOW)]).toEqual([true, false])
  const keys = [NOW - 4999, NOW - 5000].map((runAt) => sortKey({ runAt }))
  expect(keys.map((key) => isLate(key, NOW))).toEqual([false, true])
  expect(isLate('no key', NOW)).toBe(false)
})
