/** The jobs of ticks of a schedule, or why no job can be made of it. Ticks are nominal times, epoch ms. */
import type { JobItem } from '../../core/job/job.ts'
import { idOfTick, jobOfTick } from '../../core/schedule/job-of-tick.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { tickOfJob } from '../../core/schedule/tick-of-job.ts'
import type { FiringContext, Unfit } from './step.ts'

export type Made<T> = { readonly kind: 'made'; readonly value: T } | Unfit

export function jobAt(
  { config }: Pick<FiringContext, 'config'>,
  schedule: Schedule,
  at: number,
): Made<JobItem> {
  const job = jobOfTick(config, schedule, tickOfJob(schedule, at), idOfTick(schedule, at))
  if (job.ok) return { kind: 'made', value: job.value }
  return { kind: 'unfit', schedule, reason: job.reason, isUnknown: job.isUnknown }
}

export function jobsAt(
  context: Pick<FiringContext, 'config'>,
  schedule: Schedule,
  ticks: readonly number[],
): Made<readonly JobItem[]> {
  const jobs: JobItem[] = []
  for (const at of ticks) {
    const job = jobAt(context, schedule, at)
    if (job.kind === 'unfit') return job
    jobs.push(job.value)
  }
  return { kind: 'made', value: jobs }
}
