/** The verbs that count jobs, put others in their place, and move them: within a queue, to another, and out of the dead letters. */
import type { PartKey, Room } from '../../lib/core/job/counted.ts'
import type { LetterKey } from '../../lib/core/job/dead-letter.ts'
import type { JobItem, RawItem } from '../../lib/core/job/job.ts'
import type { LockKey } from '../../lib/core/job/lock.ts'
import type { MaxSet } from '../../lib/core/limits/max-size.ts'
import type { Part } from '../../lib/core/limits/queue-size.ts'
import type { ShardState } from '../../lib/core/shard/state.ts'
import type { KeyClaim, Move, MoveTarget, RawKey, Store, Swap } from '../../lib/ports/store.ts'
import { allPages } from './all-pages.ts'

export type MovingOperation =
  | { readonly op: 'peek'; readonly key: RawKey }
  | { readonly op: 'putCounted'; readonly item: JobItem; readonly rooms?: readonly Room[] }
  | { readonly op: 'size'; readonly pk: string }
  | { readonly op: 'mendSize'; readonly key: PartKey; readonly asRead: Part; readonly jobs: number }
  | { readonly op: 'setMaxSize'; readonly pk: string; readonly set: MaxSet }
  | { readonly op: 'countedItems'; readonly queue: string }
  | { readonly op: 'swapWaiting'; readonly state: ShardState; readonly item: RawItem; readonly swap: Swap }
  | {
      readonly op: 'moveOut'
      readonly state: ShardState
      readonly item: RawItem
      readonly target: MoveTarget
    }
  | {
      readonly op: 'moveWaiting'
      readonly state: ShardState
      readonly moves: readonly Move[]
      readonly expiresAt?: number
    }
  | {
      readonly op: 'putBack'
      readonly letter: LetterKey
      readonly job: JobItem
      readonly claim: KeyClaim | undefined
    }
  | { readonly op: 'lock'; readonly key: LockKey }

export function callMoving(store: Store, operation: MovingOperation): Promise<unknown> {
  const { jobs, history } = store
  switch (operation.op) {
    case 'peek':
      return jobs.peek(operation.key)
    case 'putCounted':
      return jobs.putCounted(operation.item, operation.rooms)
    case 'size':
      return history.size(operation.pk).then((counts) => [...counts].sort(([a], [b]) => a - b))
    case 'mendSize':
      return history.mendSize(operation.key, operation.asRead, operation.jobs)
    case 'setMaxSize':
      return history.setMaxSize(operation.pk, operation.set)
    case 'countedItems':
      return everyCountedItem(store, operation.queue)
    case 'swapWaiting':
      return jobs.swapWaiting(operation.state, operation.item, operation.swap)
    case 'moveOut':
      return jobs.moveOut(operation.state, operation.item, operation.target)
    case 'moveWaiting':
      return jobs.moveWaiting(operation.state, operation.moves, operation.expiresAt)
    case 'putBack':
      return history.putBack(operation.letter, operation.job, operation.claim)
    case 'lock':
      return history.lock(operation.key)
  }
}

/** How many are on a page, and in which order a scan meets shards, is nobody's promise. */
async function everyCountedItem({ jobs }: Store, queue: string): Promise<RawItem[]> {
  const pages = await allPages(({ cursor }: { readonly cursor?: string }) => jobs.countedItems(queue, cursor))
  const found = pages.flatMap(({ items }) => items)
  const keyOf = ({ pk, sk }: RawItem) => `${pk}\n${sk}`
  return found.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}
