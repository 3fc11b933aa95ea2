/** The verbs of the Jobs table that put a job only if there is room, or if its key is free, behind the network. */
import { isDeepStrictEqual } from 'node:util'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { JobStore } from '../../../lib/ports/store.ts'
import type { Effect } from './events.ts'
import type { Invocation } from './invocation.ts'
import { caller, type StoreWorld } from './store.ts'

type Verbs = Pick<JobStore, 'putCounted' | 'countedItems' | 'putOnce' | 'putUnique' | 'swapWaiting'>

export function simulatedKeyed(world: StoreWorld, by: Invocation, jobs: JobStore): Verbs {
  const call = caller(world, by)
  const standing = ({ pk, sk }: RawItem) => world.tables.jobs.get(pk)?.get(sk)
  /** What came of a put is seen in the table: the answer to one that was sent twice says nothing of it. */
  const putting = <T>(name: string, item: RawItem, put: () => Promise<T>): Promise<T> => {
    let before: RawItem | undefined
    const effect = () => {
      before = standing(item)
      return put()
    }
    const isPut = () => !before && isDeepStrictEqual(standing(item), item)
    return call(
      'put',
      effect,
      (outcome): Effect =>
        isPut()
          ? { op: 'put', item, outcome: 'put' }
          : { op: 'other', name: `${name} ${JSON.stringify(outcome)}` },
      true,
    )
  }
  return {
    putCounted: (item, rooms) => putting('putCounted', item, () => jobs.putCounted(item, rooms)),
    putOnce: (item, receipt, rooms) => putting('putOnce', item, () => jobs.putOnce(item, receipt, rooms)),
    putUnique: (item, ...rest) => putting('putUnique', item, () => jobs.putUnique(item, ...rest)),
    swapWaiting: (state, item, swap) =>
      call(
        'swap',
        async () => {
          const before = world.tables.states.get(state.shard)
          const outcome = await jobs.swapWaiting(state, item, swap)
          if (outcome === 'swapped') world.previous.set(state.shard, before)
          return outcome
        },
        (outcome) => ({ op: 'swap', item, next: swap.next, outcome }),
        true,
      ),
    countedItems: (...query) =>
      call(
        'other',
        () => jobs.countedItems(...query),
        () => ({ op: 'other', name: 'countedItems' }),
      ),
  }
}
