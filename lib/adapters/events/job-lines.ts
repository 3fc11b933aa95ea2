/** What the log says of one job: its keys, and its ending. */
import type { SluiceEvent } from '../../core/event.ts'
import type { Ending } from '../../core/job/ending.ts'
import type { Job } from '../../core/job/job.ts'
import { waitOf } from '../../core/job/wait.ts'
import type { Logger } from '../../ports/logger.ts'

type Details = Readonly<Record<string, unknown>>
export type Line = readonly [level: keyof Logger, message: string, details: Details]

/** More names than these make no line better. */
export const NAMED = 100

/** By which the lines of a job are found: those of Sluice, and those of its handler. */
export const logKeysOf = (job: Job): Details => ({
  shard: job.key.pk,
  job: job.id,
  task: job.task,
  attempt: job.attempt,
})

export function lineOfEnding({ job, ending, endedAt }: SluiceEvent<'job ended'>): Line {
  const keys = logKeysOf(job)
  switch (ending.kind) {
    case 'done':
      return ['debug', 'job done', { ...keys, ...waitOf(job) }]
    case 'retry':
      return ['warn', 'attempt failed', { ...keys, error: ending.error, delay_ms: ending.at - endedAt }]
    case 'given back': {
      const [delay_ms, error] = [ending.at - endedAt, ending.error]
      return ending.to === 'a newer worker'
        ? ['warn', 'job left to a newer worker', { ...keys, reason: error, delay_ms }]
        : ['warn', 'attempt will be made again, alone', { ...keys, error, delay_ms }]
    }
    case 'dead':
      return DEAD[ending.reason]({ ...keys, ...waitOf(job) }, ending.error)
  }
}

const DEAD: {
  readonly [Reason in 'exhausted' | 'expired' | 'cancelled']: (keys: Details, error: string) => Line
} = {
  exhausted: (keys, error) => ['error', 'job exhausted its attempts', { ...keys, error }],
  expired: (keys, error) => ['warn', 'job expired', { ...keys, reason: error }],
  cancelled: (keys, error) => ['info', 'job cancelled', { ...keys, reason: error }],
}

/** What would have become of a job: otherwise the error of its handler would be lost. */
export const endingKeys = (ending: Ending): Details => ({
  ending: ending.kind,
  ...(ending.kind === 'done' ? {} : { reason: ending.error }),
})
