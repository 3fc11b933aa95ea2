/** Remembers a job that has ended, if its queue has a history. Nothing that fails here keeps a job from ending. */
import { endedRecordOf, type LastEnding } from '../core/job/ended-job.ts'
import type { Job } from '../core/job/job.ts'
import type { Context } from './context.ts'

/** When it has ended; and what is remembered of it already stays if that ended after `since`. Epoch ms. */
interface Times {
  readonly endedAt: number
  readonly since: number
}

export async function rememberEnded(
  { store, events }: Pick<Context, 'store' | 'events'>,
  job: Job,
  ending: LastEnding,
  { endedAt, since }: Times,
): Promise<void> {
  const record = endedRecordOf(job, ending, endedAt)
  if (!record) return
  try {
    await store.history.rememberEnded(record, since)
  } catch (error) {
    events.emit({ kind: 'history not written', job, error })
  }
}
