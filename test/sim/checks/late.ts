/**
 * Which items the order of claims does not hold for yet. A pass may pass by places where nothing put in time can stand;
 * what is put there late is known from the end of the visit that its arrival brings.
 */
import type { WorldEvent } from '../world/events.ts'
import { contentOf } from './content.ts'
import type { Standing } from './lineage.ts'
import type { Truth } from './truth.ts'

/** A put takes less, by two clocks. */
const IN_TIME_MS = 10_000

export class LateItems {
  readonly #seenAt = new WeakMap<Standing, number>()
  /** Put under the key of a job whose slot stood: nobody can tell it from that job. */
  readonly #inherited = new WeakSet<Standing>()
  /** Invocation → shards that it had visited again later. */
  readonly #postponed = new Map<number, Set<string>>()

  /** Whether it was known at that time to whoever claims. */
  isKnown(standing: Standing, at: number, truth: Truth): boolean {
    const { since, runAt } = standing
    const isInTime = since + truth.plan.maxSkew_ms < runAt + IN_TIME_MS
    return (isInTime && !this.#inherited.has(standing)) || (this.#seenAt.get(standing) ?? Infinity) < at
  }

  /** @param isHeld whether the invocation has seen the id in flight */
  learn(event: WorldEvent, truth: Truth, isHeld: (by: number, shard: string, id: string) => boolean): void {
    if (event.kind === 'over') this.#postponed.delete(event.by.id)
    if (event.kind === 'effect' && event.effect.op === 'sendWake') {
      const shards = event.effect.messages.flatMap((message) =>
        'shard' in message && message.dueAt === undefined ? [message.shard] : [],
      )
      this.#postponed.set(event.by.id, new Set([...(this.#postponed.get(event.by.id) ?? []), ...shards]))
    }
    if (event.kind === 'effect') this.#inherit(event.effect, truth)
    if (event.kind !== 'arrived' || truth.troubled.has(event.by)) return
    for (const item of event.items) {
      const standing = truth.at(item.pk, item.sk)
      const isPostponed = this.#postponed.get(event.by.id)?.has(item.pk) === true
      if (standing?.content !== contentOf(item) || isPostponed) continue
      if (!isHeld(event.by.id, item.pk, standing.id)) this.#seenAt.set(standing, truth.now)
    }
  }

  #inherit(effect: Extract<WorldEvent, { kind: 'effect' }>['effect'], truth: Truth): void {
    const put =
      effect.op === 'put' || effect.op === 'overwrite'
        ? effect.item
        : effect.op === 'replace'
          ? effect.next
          : undefined
    const standing = put && truth.at(put.pk, put.sk)
    if (standing?.since === truth.now && truth.claimed(standing)) this.#inherited.add(standing)
  }
}
