/** Whether a job is cancelled while it runs. */
import type { Cancellation } from '../../core/job/doom.ts'
import { isSameItem, type Job, parseJob } from '../../core/job/job.ts'
import type { Context } from '../context.ts'

/** Looks once. Never throws: what cannot be seen now is seen the next time, or when the attempt ends. */
export type Look = () => Promise<Cancellation | undefined>

export class CancelWatch {
  readonly #context: Context
  #job: Job

  constructor(context: Context, job: Job) {
    this.#context = context
    this.#job = job
  }

  /** With the mark, as soon as it is seen. */
  get job(): Job {
    return this.#job
  }

  async look(): Promise<Cancellation | undefined> {
    const { store, config } = this.#context
    const item = await store.jobs.peek(this.#job.key).catch(() => undefined)
    // Another item in its place is another job.
    const seen = item && isSameItem(item, this.#job.item) ? parseJob(config, item) : undefined
    const cancellation = seen?.ok ? seen.value.cancellation : undefined
    if (item && cancellation) this.#job = { ...this.#job, cancellation, item }
    return cancellation
  }
}
