/** When a pass first read the state of its shard that it goes by. */
import type { Effect, WorldEvent } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'

type Pass = Extract<Effect, { op: 'pass' }>

export class Readings {
  /** Invocation, shard and version → when the shard was read first. */
  readonly #readAt = new Map<string, number>()

  see(event: WorldEvent, now: number): void {
    if (event.kind === 'over')
      for (const key of this.#readAt.keys()) if (key.startsWith(`${event.by.id} `)) this.#readAt.delete(key)
    if (event.kind !== 'effect' || event.effect.op !== 'read') return
    const key = keyOf(event.by, event.effect.shard, event.effect.state?.version)
    if (!this.#readAt.has(key)) this.#readAt.set(key, now)
  }

  /** Absent if it goes by what came back when it was written. */
  of(by: Invocation, { shard, read }: Pick<Pass, 'shard' | 'read'>): number | undefined {
    return this.#readAt.get(keyOf(by, shard, read.version))
  }
}

const keyOf = ({ id }: Invocation, shard: string, version: number | undefined): string =>
  `${id} ${shard} ${version}`
