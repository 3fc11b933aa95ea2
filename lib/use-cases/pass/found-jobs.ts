/** The due jobs that a pass has found so far, and what it has learned beside them. */
import type { Job } from '../../core/job/job.ts'
import type { ShardKey } from '../../core/keys.ts'
import type { Range } from '../../core/pass/ranges.ts'
import type { JobsToRead } from '../../core/pass/room.ts'

export interface DueJobs {
  readonly due: readonly Job[]
  /** More jobs may be due than were asked for. */
  readonly more: boolean
  /** Reading ended early, at a number of twins that is more than enough: those behind them have to wait for them. */
  readonly cut?: boolean
  /** When the first of the jobs that were passed over will be due. Complete unless `more`. */
  readonly nextDueAt?: number
  /** The last key that was read; absent if reading came to the end. */
  readonly stoppedAt?: string
}

export interface Wanted extends JobsToRead {
  readonly shard: ShardKey
  readonly now: number
}

/** Behind items that share an id there may be many more of them. */
const TWINS_PAGE = 25

export class Found {
  readonly #wanted: Wanted
  readonly #due: Job[] = []
  // Of several items with one id only one can be claimed: the others must not keep those behind them from being read.
  readonly #ids = new Set<string>()
  readonly #held: ReadonlySet<string>
  #nextDueAt = Number.POSITIVE_INFINITY

  constructor(wanted: Wanted) {
    this.#wanted = wanted
    this.#held = new Set(wanted.ranges.flatMap(({ inFlight }) => inFlight))
  }

  /** Ids that are not in flight. */
  get ids(): number {
    return this.#ids.size
  }
  get twins(): number {
    return this.#due.length - this.#ids.size
  }

  missingIn({ inFlight }: Range): number {
    const missing = this.#wanted.want - this.#ids.size + inFlight.length
    return this.twins > 0 ? Math.max(missing, TWINS_PAGE) : missing
  }

  add(jobs: readonly Job[]): void {
    const { now, inFlight } = this.#wanted
    const waiting = jobs.filter(({ key }) => !this.#held.has(key.sk))
    this.#due.push(...waiting.filter(({ runAt }) => runAt <= now))
    for (const { id } of this.#due) if (!inFlight.has(id)) this.#ids.add(id)
    const delayed = jobs.filter(({ runAt }) => runAt > now)
    this.#nextDueAt = Math.min(this.#nextDueAt, ...delayed.map(({ runAt }) => runAt))
  }

  all(): DueJobs {
    const nextDueAt = this.#nextDueAt
    return { due: this.#due, more: false, ...(Number.isFinite(nextDueAt) ? { nextDueAt } : {}) }
  }
}
