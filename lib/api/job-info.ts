/** What handlers are told about jobs, and where they log. */
import type { Job } from '../core/job/job.ts'
import { decodePartition } from '../core/text/partition-value.ts'
import type { Logger } from '../ports/logger.ts'
import type { JobInfo } from './task.ts'

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
})
