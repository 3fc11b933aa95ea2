import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { type Item, toItem } from '../../../lib/adapters/dynamodb/database.ts'
import { toGlance } from '../../../lib/adapters/dynamodb/state-glance.ts'
import { toState } from '../../../lib/adapters/dynamodb/state-item.ts'
import { DamagedStateError } from '../../../lib/core/errors.ts'
import { untyped } from '../../support/untyped.ts'

const time = fc.integer({ min: 0, max: 2_000_000_000_000 })
const slotBase = { token: fc.string({ minLength: 1 }), priority: fc.integer({ min: 0, max: 9 }), runAt: time }
const claimed = fc.record({ ...slotBase, sentAt: time })
const fresh = fc.record({ ...slotBase, fresh: fc.constant(true), sentAt: time })
const slot = fc.oneof(claimed, fresh, fc.record({ ...slotBase, deadline: time }))
const loan = fc
  .tuple(fc.string({ minLength: 1 }), fc.nat(), fc.nat())
  .map(([id, one, other]) => [id, one + other, one])
const ofEach = <T>(part: fc.Arbitrary<T>) => fc.record({ slots: part, starts: part }, { requiredKeys: [] })
const whole = fc.record(
  {
    pk: fc.string({ minLength: 1 }),
    version: fc.nat(),
    waiting: fc.boolean(),
    waitingAmid: fc.constant(true),
    held: fc.oneof(
      fc.array(fc.record({ since: time, by: fc.string() }, { requiredKeys: ['since'] })),
      fc.constant([{ by: 'slots' }]),
      fc.string(),
    ),
    dueAt: time,
    borrowed: ofEach(loan),
    // What an earlier version kept there says nothing any more.
    shards: fc.integer({ min: 1, max: 9 }),
    unsettled: fc.boolean(),
    override: fc.oneof(
      fc.constant({ concurrency: 2 }),
      fc.constant({ concurrency: -1 }),
      fc.constant(null),
      fc.string(),
    ),
    expiresAt: time,
    dueShard: fc.string(),
  },
  { requiredKeys: ['pk'] },
)
const ofBoth = <T>(part: fc.Arbitrary<T>) => fc.record({ slots: part, starts: part })
const books = fc.record({
  loans: ofBoth(fc.dictionary(fc.constantFrom('0', '7', '9999'), loan)),
  line: ofBoth(fc.dictionary(fc.constantFrom('0', '7', 'plain'), fc.nat())),
})
const maps = fc.record({
  slots: fc.dictionary(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:@=+~-]{0,20}$/), slot),
  window: fc.dictionary(fc.string({ minLength: 1 }), fc.nat()),
})
const item = fc
  .tuple(whole, fc.option(maps, { nil: {} }), fc.option(books, { nil: {} }))
  .map((parts) => toItem(Object.assign({}, ...parts)))

property.prop([item])('reads of an item what the schema reads', (item) => {
  const {
    initialised: _i,
    version: _v,
    window: _w,
    dueShard: _d,
    passedBy: _p,
    strandedSince: _s,
    ...state
  } = toState(item)
  expect(toGlance(item)).toMatchObject(state)
})

const WHOLE = toItem({ pk: 'crm|a', version: 1, waiting: true, slots: {}, window: { 7: 1 } })
const SLOT = { token: 't', priority: 5, runAt: 1, sentAt: 1 }
test('shows what has held the jobs', () => {
  const held = [{ since: 1 }, { since: 2, by: 'slots' }]
  expect(toGlance({ ...WHOLE, ...toItem({ held }) })).toMatchObject({ held })
})

const damages: readonly (readonly [string, Item])[] = [
  ['no window', { window: untyped(undefined) }],
  ['a window that is a text', { window: { S: 'x' } }],
  ['a start that is a text', { window: { M: { 7: { S: '1' } } } }],
  ['slots that are a list', { slots: { L: [] } }],
  ['a slot that is a number', { slots: { M: { a: { N: '1' } } } }],
  ['a slot without a token', { slots: { M: { a: { M: toItem({ priority: 5, runAt: 1, sentAt: 1 }) } } } }],
  ['a slot of priority 10', { slots: { M: { a: { M: toItem({ ...SLOT, priority: 10 }) } } } }],
  ['a slot of priority 0.5', { slots: { M: { a: { M: toItem({ ...SLOT, priority: 0.5 }) } } } }],
  ['a version of 1.5', { version: { N: '1.5' } }],
  ['a time that is a text', { dueAt: { S: 'soon' } }],
  ['a version that is a text', { version: { S: '1' } }],
  ['waiting that is a text', { waiting: { S: 'yes' } }],
  ['a loan that is a number', { loans: { M: toItem({ slots: { 0: 3 } }) } }],
  ['a loan of which more was returned than lent', { loans: { M: toItem({ slots: { 0: ['id', 1, 2] } }) } }],
  ['a loan without an id', { borrowed: { M: toItem({ slots: ['', 1, 0] }) } }],
  ['units of half a slot', { borrowed: { M: toItem({ starts: ['id', 0.5, 0] }) } }],
]
test.each(damages)('an item with %s is damaged, and the schema says how', (_what, part) => {
  const item = Object.fromEntries(Object.entries({ ...WHOLE, ...part }).filter(([, value]) => value))
  expect(() => toState(item)).toThrow(DamagedStateError)
  expect(() => toGlance(item)).toThrow(DamagedStateError)
})
