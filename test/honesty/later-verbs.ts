/** The verbs of unique and idempotency keys, of ends that somebody else brings about, and of limits that come from elsewhere. */
import type { Room } from '../../lib/core/job/counted.ts'
import type { DeadLetter } from '../../lib/core/job/dead-letter.ts'
import type { Cancellation } from '../../lib/core/job/doom.ts'
import type { JobItem, RawItem } from '../../lib/core/job/job.ts'
import type { Lock } from '../../lib/core/job/lock.ts'
import type { Receipt } from '../../lib/core/job/receipt.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { AppRecord, DerivedLimit } from '../../lib/core/limits/app-rate.ts'
import type { SlowDown } from '../../lib/core/limits/slow-down.ts'
import type { QueueLimits } from '../../lib/core/queue/queue-limits.ts'
import type { QueuePause } from '../../lib/core/queue/queue-pauses.ts'
import type { BorrowedFrom, ShardState } from '../../lib/core/shard/state.ts'
import type { Burial, CountQuery, Store } from '../../lib/ports/store.ts'

export type LaterOperation =
  | {
      readonly op: 'putOnce'
      readonly item: JobItem
      readonly receipt: Receipt
      readonly rooms?: readonly Room[]
    }
  | {
      readonly op: 'putUnique'
      readonly item: JobItem
      readonly lock: Lock
      readonly found?: Lock
      readonly rooms?: readonly Room[]
    }
  | { readonly op: 'cancel'; readonly item: RawItem; readonly mark: Cancellation }
  | {
      readonly op: 'endWaiting'
      readonly state: ShardState
      readonly burials: readonly Burial[]
      readonly expiresAt?: number
    }
  | { readonly op: 'count'; readonly query: CountQuery }
  | { readonly op: 'countDead'; readonly letter: DeadLetter }
  | { readonly op: 'countDeadOf'; readonly letter: DeadLetter; readonly partition: string }
  | {
      readonly op: 'recordBorrowedFrom'
      readonly state: ShardState
      readonly borrowed: BorrowedFrom
      readonly expiresAt?: number
    }
  | {
      readonly op: 'slowDown'
      readonly shard: ShardKey
      readonly slow: SlowDown | undefined
      readonly expiresAt?: number
    }
  | {
      readonly op: 'derive'
      readonly state: ShardState
      readonly derived: DerivedLimit | undefined
      readonly expiresAt: number
    }
  | { readonly op: 'rederive'; readonly shard: ShardKey; readonly derived: DerivedLimit }
  | { readonly op: 'appRecord'; readonly app: string }
  | {
      readonly op: 'saveAppRecord'
      readonly app: string
      readonly record: AppRecord
      readonly before: AppRecord | undefined
    }
  | { readonly op: 'queueSettings' }
  | {
      readonly op: 'saveQueuePause'
      readonly queue: string
      readonly pause: QueuePause | undefined
      readonly before: QueuePause | undefined
    }
  | {
      readonly op: 'saveQueueLimits'
      readonly queue: string
      readonly limits: QueueLimits | undefined
      readonly before: QueueLimits | undefined
    }

export function callLater({ jobs, states, history }: Store, operation: LaterOperation): Promise<unknown> {
  switch (operation.op) {
    case 'putOnce':
      return jobs.putOnce(operation.item, operation.receipt, operation.rooms)
    case 'putUnique':
      return jobs.putUnique(operation.item, operation.lock, operation.found, operation.rooms)
    case 'cancel':
      return jobs.cancel(operation.item, operation.mark)
    case 'endWaiting':
      return jobs.endWaiting(operation.state, operation.burials, operation.expiresAt)
    case 'count':
      return jobs.count(operation.query)
    case 'countDead':
      return history.count(operation.letter.pk)
    case 'countDeadOf':
      return history.countOf(operation.letter.pk, operation.partition)
    case 'recordBorrowedFrom':
      return states.recordBorrowedFrom(operation.state, operation.borrowed, operation.expiresAt)
    case 'slowDown':
      return states.slowDown(operation.shard, operation.slow, operation.expiresAt)
    case 'derive':
      return states.derive(operation.state, operation.derived, operation.expiresAt)
    case 'rederive':
      return states.rederive(operation.shard, operation.derived)
    case 'appRecord':
      return states.appRecord(operation.app)
    case 'saveAppRecord':
      return states.saveAppRecord(operation.app, operation.record, operation.before)
    case 'queueSettings':
      return states.queueSettings()
    case 'saveQueuePause':
      return states.saveQueuePause(operation.queue, operation.pause, operation.before)
    case 'saveQueueLimits':
      return states.saveQueueLimits(operation.queue, operation.limits, operation.before)
  }
}
