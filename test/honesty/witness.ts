/** Remembers what the answers showed, so that later operations can build on it, fresh or stale. */
import type { RawItem } from '../../lib/core/job/job.ts'
import type { Lock } from '../../lib/core/job/lock.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { AppRecord } from '../../lib/core/limits/app-rate.ts'
import type { ShardState } from '../../lib/core/shard/state.ts'
import type { Operation } from './operation.ts'
import type { Seen } from './resolve.ts'

/** They answer with the state itself. */
const STATES: readonly Operation['op'][] = [
  'read',
  'override',
  'recordBorrowed',
  'recordBorrowedFrom',
  'slowDown',
  'derive',
  'rederive',
]

export class Witness implements Seen {
  readonly states = new Map<ShardKey, ShardState[]>()
  readonly items: RawItem[] = []
  readonly locks: Lock[] = []
  readonly records: AppRecord[] = []

  notice(operation: Operation, answer: unknown): void {
    const { shard, state, owner } = (answer ?? {}) as {
      shard?: ShardKey
      state?: ShardState
      owner?: ShardState
    }
    const seen = state ?? owner
    if (seen) this.#see(seen)
    else if (STATES.includes(operation.op) && shard) this.#see(answer as ShardState)
    if (operation.op === 'cancel') this.items.push({ ...operation.item, cancellation: operation.mark })
    if (operation.op === 'saveAppRecord' && answer === true) this.records.push(operation.record)
    if (operation.op === 'putUnique') this.locks.push((answer as { lock?: Lock }).lock ?? operation.lock)
    if (operation.op === 'put' || operation.op === 'putOnce' || operation.op === 'putUnique')
      this.items.push(operation.item)
    if (operation.op === 'putBatch') this.items.push(...operation.items)
    if (operation.op === 'replace') this.items.push(operation.next)
  }

  #see(state: ShardState): void {
    this.states.set(state.shard, [...(this.states.get(state.shard) ?? []), state])
  }
}
