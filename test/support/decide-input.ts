/** Random inputs of `decide`: states that the protocol can leave behind, and jobs as a pass reads them. */
import { fc } from '@fast-check/vitest'
import type { Job } from '../../lib/core/job/job.ts'
import { formatSortKey, type JobId } from '../../lib/core/keys.ts'
import type { ShardLimits } from '../../lib/core/limits/limits.ts'
import type { Holder, PassInput } from '../../lib/core/pass/decide.ts'
import { isDead, type Slot, slotEntries } from '../../lib/core/shard/state.ts'
import { rateOrInterval } from './arbitraries.ts'
import { asToken, configOf, jobItem, jobOf, NOW, READS_ALL, SHARD } from './builders.ts'

const JOB = jobOf(configOf({}), jobItem())
const IDS = [...'abcdefghij'] as JobId[]

const when = fc.integer({ min: NOW - 100_000, max: NOW })
const later = fc.integer({ min: NOW - 2000, max: NOW + 5000 })
/** Few ids and times, so that jobs, slots and twins meet. */
const place = fc.record({
  id: fc.constantFrom(...IDS),
  priority: fc.constantFrom(0, 5, 9) as fc.Arbitrary<0 | 5 | 9>,
  runAt: fc.constantFrom(NOW - 2000, NOW - 1000, NOW),
})

const slot: fc.Arbitrary<[JobId, Slot]> = fc
  .tuple(place, fc.nat(1e6), fc.oneof(fc.record({ sentAt: when }), fc.record({ deadline: later })))
  .map(([{ id, priority, runAt }, n, rest]) => [id, { token: asToken(`t${n}`), priority, runAt, ...rest }])

const limits: fc.Arbitrary<ShardLimits> = fc
  .record({ slots: fc.nat(6), rateLimit: fc.option(rateOrInterval, { nil: undefined }) })
  .map(({ slots, rateLimit: rate }) => ({
    slots,
    ...(rate ? { rateLimit: rate } : {}),
  }))

const optionalTime = fc.option(later, { nil: undefined })

/** Called anew for each use, so that the tokens of two decisions on one input are the same. */
export type InputMaker = () => PassInput

export const passInput: fc.Arbitrary<InputMaker> = fc
  .record({
    slots: fc.array(slot, { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
    window: fc.dictionary(later.map(String), fc.integer({ min: 1, max: 3 }), { maxKeys: 5 }),
    waiting: fc.boolean(),
    dueAt: optionalTime,
    places: fc.array(place, { maxLength: 12 }),
    more: fc.boolean(),
    nextDueAt: fc.option(fc.integer({ min: NOW - 5, max: NOW + 2_000_000 }), { nil: undefined }),
    limits,
    releases: fc.constantFrom('none', 'own', 'stale'),
    hands: fc.boolean(),
    woken: fc.boolean(),
  })
  .map((given) => () => {
    const { slots, window, waiting, dueAt, nextDueAt, releases } = given
    const all = slotEntries(slots)
    const released: Holder | undefined = all.map(([id, { token }]) => ({ id, token }))[0]
    const due = jobsAt(given.places)
    let tokens = 0
    return {
      state: {
        shard: SHARD,
        initialised: true,
        version: 1,
        slots,
        window,
        waiting,
        ...(dueAt === undefined ? {} : { dueAt }),
      },
      due,
      // As a pass reads: at least one more than there are slots, where more are left.
      more: given.more && due.length > all.length + given.limits.slots,
      ...(nextDueAt === undefined ? {} : { nextDueAt }),
      reading: READS_ALL,
      limits: given.limits,
      now: NOW,
      newToken: () => asToken(`new${tokens++}`),
      recovered: new Set(all.filter(([, one]) => isDead(one, NOW)).map(([id]) => id)),
      ...(released && releases === 'own' ? { released } : {}),
      ...(released && releases === 'stale' ? { released: { ...released, token: asToken('stale') } } : {}),
      ...(given.hands ? { runUntil: NOW + 60_000 } : {}),
      ...(given.woken && dueAt !== undefined ? { wokenFor: dueAt } : {}),
    }
  })

/** Each key once, in the order of the keys. */
function jobsAt(places: readonly { id: JobId; priority: 0 | 5 | 9; runAt: number }[]): Job[] {
  const byKey = new Map(places.map((one) => [formatSortKey(one), one]))
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([sk, one]) => ({ ...JOB, ...one, key: { pk: SHARD, sk } }))
}
