/** One shard with more jobs than it can ever run, driven as the protocol drives it, and every start written down. */

import type { Job } from '../../lib/core/job/job.ts'
import type { JobId } from '../../lib/core/keys.ts'
import type { RateLimit } from '../../lib/core/limits/limits.ts'
import { bucketOf, bucketWidth } from '../../lib/core/limits/window.ts'
import { decide } from '../../lib/core/pass/decide.ts'
import { isRunning, type ShardState, slotEntries } from '../../lib/core/shard/state.ts'
import { applied } from './apply.ts'
import { asId, asToken, configOf, jobItem, jobOf, NOW, READS_ALL, SHARD, sortKey } from './builders.ts'

const JOB = jobOf(configOf({}), jobItem())
const jobNamed = (id: string): Job => ({
  ...JOB,
  id: asId(id),
  key: { pk: SHARD, sk: sortKey({ id }) },
})

export class WindowRun {
  now = NOW
  rate: RateLimit
  /** When handlers really began. */
  readonly starts: number[] = []
  dueAt: number | undefined
  #state: ShardState = { shard: SHARD, initialised: true, slots: {}, window: {}, waiting: false }
  /** When each claim may start. */
  readonly #startAt = new Map<JobId, number>()
  /** When the last of the claims of the last pass may start. */
  lastStartAt = 0
  /** The width of the buckets by which each claim's start will be counted: its message says so. */
  readonly #widths = new Map<JobId, number>()
  readonly #slots: number
  #jobs = 0

  constructor(rate: RateLimit, slots = 100) {
    this.rate = rate
    this.#slots = slots
  }

  get unstarted(): JobId[] {
    return slotEntries(this.#state.slots).flatMap(([id, slot]) => (isRunning(slot) ? [] : [id]))
  }

  startsSince(time: number): number {
    return this.starts.filter((start) => start > time).length
  }

  /** Returns how many jobs it claimed. With `handsOver` the first of them starts with the write. */
  pass(handsOver: boolean): number {
    const { claims, change } = decide({
      state: this.#state,
      due: this.#due(),
      more: true,
      reading: { ...READS_ALL, since: this.now },
      limits: { slots: this.#slots, rateLimit: this.rate },
      now: this.now,
      newToken: () => asToken('t'),
      recovered: new Set(),
      ...(handsOver ? { runUntil: this.now + 1 } : {}),
    })
    this.#state = applied(this.#state, change)
    this.dueAt = change.dueAt
    for (const { job, slot, startAt } of claims) {
      this.#widths.set(job.id, bucketWidth(this.rate))
      this.#startAt.set(job.id, startAt)
      this.lastStartAt = startAt
      if (isRunning(slot)) this.#ended(job.id, startAt)
    }
    return claims.length
  }

  /** The handler begins `late` ms after its start was written: at most half of the margin, by the protocol. */
  start(id: JobId, late = 0): void {
    const startAt = Math.max(this.now, this.#startAt.get(id) ?? 0)
    const bucket = bucketOf(startAt, this.#widths.get(id) ?? 1)
    const { window } = this.#state
    this.#state = { ...this.#state, window: { ...window, [bucket]: (window[bucket] ?? 0) + 1 } }
    this.#ended(id, startAt + late)
  }

  /** How long a job runs does not matter to the rate. */
  #ended(id: JobId, at: number): void {
    this.starts.push(at)
    const { [id]: _, ...slots } = this.#state.slots
    this.#state = { ...this.#state, slots }
  }

  #due(): Job[] {
    const held = Object.entries(this.#state.slots).map(([id]) => id)
    const fresh = Array.from({ length: this.#slots + 1 }, () => `job-${this.#jobs++}`)
    return [...held, ...fresh].map(jobNamed)
  }
}

/** Brute force: whether some window (t − period, t] holds more starts than allowed. Windows that end with a start suffice. */
export function busiestWindow(starts: readonly number[], period_ms: number): number {
  const counts = starts.map((end) => starts.filter((at) => at <= end && at > end - period_ms).length)
  return Math.max(0, ...counts)
}
