/** Which limits of all partitions of a queue a pass may have obeyed when. */
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { QueueLimits } from '../../../lib/core/queue/queue-limits.ts'

/** A function asks so often what is set for queues. */
export const KNOWN_MS = 1000

interface Set {
  readonly at: number
  readonly limits: LimitOverride | undefined
  /** Until when some pass may obey what was set before. */
  readonly knownAt: number
}

/** `undefined` if none are set, whatever is being woken. */
export function limitsIn(said: QueueLimits | undefined): LimitOverride | undefined {
  const { concurrency, rateLimit } = said ?? {}
  if (concurrency === undefined && rateLimit === undefined) return undefined
  return { ...(concurrency === undefined ? {} : { concurrency }), ...(rateLimit ? { rateLimit } : {}) }
}

export class QueueLimitHistory {
  readonly #sets = new Map<string, Set[]>()
  readonly #unknown_ms: number

  /** @param unknown_ms for how long a pass may go by what its function has read before */
  constructor(unknown_ms: number) {
    this.#unknown_ms = unknown_ms
  }

  saved(queue: string, said: QueueLimits | undefined, at: number): void {
    const limits = limitsIn(said)
    const before = this.#sets.get(queue) ?? []
    if (JSON.stringify(before.at(-1)?.limits) === JSON.stringify(limits)) return
    this.#sets.set(queue, [...before, { at, limits, knownAt: at + this.#unknown_ms }])
  }

  /** Those that some pass may have obeyed at some moment from `from` to `to`. */
  of(queue: string, from: number, to: number): readonly (LimitOverride | undefined)[] {
    const sets = [{ at: Number.NEGATIVE_INFINITY, limits: undefined }, ...(this.#sets.get(queue) ?? [])]
    return sets
      .filter(({ at }, n) => at <= to && (this.#sets.get(queue)?.[n]?.knownAt ?? Infinity) >= from)
      .map(({ limits }) => limits)
  }

  boundaries(queue: string): readonly number[] {
    return (this.#sets.get(queue) ?? []).flatMap(({ at, knownAt }) => [at, knownAt])
  }
}
