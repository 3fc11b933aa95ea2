/** Remembers what the answers showed, so that later operations can build on it, fresh or stale. */
import type { ShardKey } from '../../lib/core/keys.ts'
import type { ShardState } from '../../lib/core/state.ts'
import type { RawKey } from '../../lib/ports/store.ts'
import type { Operation } from './operation.ts'
import type { Seen } from './resolve.ts'

export class Witness implements Seen {
  readonly states = new Map<ShardKey, ShardState[]>()
  readonly keys: RawKey[] = []

  notice(operation: Operation, answer: unknown): void {
    const { shard, state } = (answer ?? {}) as { shard?: ShardKey; state?: ShardState }
    if (state) this.#see(state)
    else if ((operation.op === 'read' || operation.op === 'adopt') && shard) this.#see(answer as ShardState)
    if (operation.op === 'put') this.keys.push(operation.item)
    if (operation.op === 'putBatch') this.keys.push(...operation.items)
    if (operation.op === 'replace') this.keys.push(operation.next)
  }

  #see(state: ShardState): void {
    this.states.set(state.shard, [...(this.states.get(state.shard) ?? []), state])
  }
}
