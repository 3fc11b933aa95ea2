/** Remembers what the answers showed, so that later operations can build on it, fresh or stale. */
import type { RawItem } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { ShardState } from '../../lib/core/shard/state.ts'
import type { Operation } from './operation.ts'
import type { Seen } from './resolve.ts'

/** They answer with the state itself. */
const STATES: readonly Operation['op'][] = ['read', 'override', 'recordBorrowed']

export class Witness implements Seen {
  readonly states = new Map<ShardKey, ShardState[]>()
  readonly items: RawItem[] = []

  notice(operation: Operation, answer: unknown): void {
    const { shard, state, owner } = (answer ?? {}) as {
      shard?: ShardKey
      state?: ShardState
      owner?: ShardState
    }
    const seen = state ?? owner
    if (seen) this.#see(seen)
    else if (STATES.includes(operation.op) && shard) this.#see(answer as ShardState)
    if (operation.op === 'put') this.items.push(operation.item)
    if (operation.op === 'putBatch') this.items.push(...operation.items)
    if (operation.op === 'replace') this.items.push(operation.next)
  }

  #see(state: ShardState): void {
    this.states.set(state.shard, [...(this.states.get(state.shard) ?? []), state])
  }
}
