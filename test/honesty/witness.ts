/** Remembers what the answers showed, so that later operations can build on it, fresh or stale. */
import type { RawItem } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { ShardState } from '../../lib/core/shard/state.ts'
import type { Operation } from './operation.ts'
import type { Seen } from './resolve.ts'

export class Witness implements Seen {
  readonly states = new Map<ShardKey, ShardState[]>()
  readonly items: RawItem[] = []

  notice(operation: Operation, answer: unknown): void {
    const { shard, state } = (answer ?? {}) as { shard?: ShardKey; state?: ShardState }
    if (state) this.#see(state)
    else if ((operation.op === 'read' || operation.op === 'adopt') && shard) this.#see(answer as ShardState)
    if (operation.op === 'put') this.items.push(operation.item)
    if (operation.op === 'putBatch') this.items.push(...operation.items)
    if (operation.op === 'replace') this.items.push(operation.next)
  }

  #see(state: ShardState): void {
    this.states.set(state.shard, [...(this.states.get(state.shard) ?? []), state])
  }
}
