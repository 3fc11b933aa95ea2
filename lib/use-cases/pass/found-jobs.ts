/** The due jobs that a pass has found so far, and what it has learned beside them. */
import type { Job } from '../../core/job/job.ts'
import type { Range } from '../../core/pass/ranges.ts'
import type { JobsToRead } from '../../core/pass/room.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { PageAhead } from '../pages-ahead.ts'

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
  /** As it is since jobs that were not to start any more have been ended, or others moved. */
  readonly state: ShardState
}

export interface Wanted extends JobsToRead {
  readonly state: ShardState
  readonly now: number
  /** What has been read already. */
  readonly pages?: readonly PageAhead[]
}

/** Behind items that share an id, or that are not to start any more, there may be many more of them. */
const LARGER_PAGE = 25

export class Found {
  readonly #wanted: Wanted
  readonly #due: Job[] = []
  // Of several items with one id only one can be claimed: the others must not keep those behind them from being read.
  readonly #ids = new Set<string>()
  readonly #held: ReadonlySet<string>
  #state: ShardState
  #hasDoomed = false
  #nextDueAt = Number.POSITIVE_INFINITY

  constructor(wanted: Wanted) {
    this.#wanted = wanted
    this.#state = wanted.state
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
    return this.twins > 0 || this.#hasDoomed ? Math.max(missing, LARGER_PAGE) : missing
  }

  get state(): ShardState {
    return this.#state
  }

  /** Somebody runs what stands under this key, or has claimed it. */
  isInFlight(sortKey: string): boolean {
    return this.#held.has(sortKey)
  }

  /** Those that nobody runs or has claimed. */
  waiting(jobs: readonly Job[]): Job[] {
    return jobs.filter(({ key }) => !this.isInFlight(key.sk))
  }

  /** Jobs that were not to start any more have been ended, or others moved. */
  ended(state: ShardState): void {
    this.#state = state
    this.#hasDoomed = true
  }

  add(jobs: readonly Job[]): void {
    const { now, inFlight } = this.#wanted
    const waiting = this.waiting(jobs)
    this.#due.push(...waiting.filter(({ runAt }) => runAt <= now))
    for (const { id } of this.#due) if (!inFlight.has(id)) this.#ids.add(id)
    const delayed = jobs.filter(({ runAt }) => runAt > now)
    this.#nextDueAt = Math.min(this.#nextDueAt, ...delayed.map(({ runAt }) => runAt))
  }

  all(): DueJobs {
    const nextDueAt = this.#nextDueAt
    return {
      state: this.#state,
      due: this.#due,
      more: false,
      ...(Number.isFinite(nextDueAt) ? { nextDueAt } : {}),
    }
  }
}
