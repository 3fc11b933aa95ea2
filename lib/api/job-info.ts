/** What handlers are told about jobs, and where they log. */
import type { Job } from '../core/job/job.ts'
import type { TickOfJob } from '../core/schedule/schedule.ts'
import { decodePartition } from '../core/text/partition-value.ts'
import type { Logger } from '../ports/logger.ts'
import type { JobInfo, TickInfo } from './task.ts'

export type LoggerFor = (job: Job) => Logger

export const infoOf = (job: Job): JobInfo => ({
  id: job.id,
  queue: job.queue.name,
  ...(job.shard.partition === undefined ? {} : { partition: decodePartition(job.shard.partition) }),
  priority: job.priority,
  runAt: new Date(job.runAt),
  attempt: job.attempt,
  maxAttempts: job.queue.retry.attempts,
  ...(job.meta ? { meta: structuredClone(job.meta) } : {}),
  ...(job.schedule ? { schedule: tickInfoOf(job.schedule) } : {}),
})

const tickInfoOf = ({ name, at, previous, next, moved_ms, isManual }: TickOfJob): TickInfo => ({
  name,
  at: new Date(at),
  ...(previous === undefined ? {} : { previous: new Date(previous) }),
  next: next.map((time) => new Date(time)),
  ...(moved_ms === undefined ? {} : { moved_ms }),
  ...(isManual ? { isManual } : {}),
})
