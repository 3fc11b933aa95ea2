/** Short ways to write down jobs, slots and states in tests. */

import { type Job, type JobItem, parseJob, type RawItem } from '../../lib/core/job/job.ts'
import { formatSortKey, type JobId, type Priority, type ShardKey } from '../../lib/core/keys.ts'
import type { Borrowed, Loan, LoanId } from '../../lib/core/limits/limiter.ts'
import type { Reading } from '../../lib/core/pass/input.ts'
import { type Config, type ConfigInput, defineConfig } from '../../lib/core/queue/config.ts'
import type { ClaimedSlot, RunningSlot, Token } from '../../lib/core/shard/state.ts'
import type { Parsed } from '../../lib/core/text/parsed.ts'
import type { PassWrite } from '../../lib/ports/store.ts'

export const NOW = Date.UTC(2030, 0, 31, 9)
export const SHARD = 'crm|acme' as ShardKey

export const asToken = (text: string): Token => text as Token
export const asShard = (text: string): ShardKey => text as ShardKey
export const asId = (text: string): JobId => text as JobId

export const configOf = (queue: ConfigInput['queues'][string]): Config =>
  defineConfig({ queues: { crm: { partition: { payload: 'customer' }, ...queue } } })

export interface JobOptions {
  readonly pk?: ShardKey
  readonly id?: string
  readonly priority?: number
  readonly runAt?: number
  readonly task?: string
  readonly payload?: unknown
  readonly attempt?: number
}

export const sortKey = ({ id = 'job', priority = 5, runAt = NOW }: JobOptions) =>
  formatSortKey({ id: asId(id), priority: priority as Priority, runAt })

export const jobItem = (options: JobOptions = {}): JobItem => ({
  pk: options.pk ?? SHARD,
  sk: sortKey(options),
  task: options.task ?? 'sync',
  payload: 'payload' in options ? options.payload : { customer: 'acme' },
  ...(options.attempt === undefined ? {} : { attempt: options.attempt }),
})

export const value = <T>(result: Parsed<T>): T => {
  if (result.ok) return result.value
  throw new Error(result.reason)
}
export const reason = (result: Parsed<unknown>): string => {
  if (!result.ok) return result.reason
  throw new Error(`not refused: ${JSON.stringify(result.value).slice(0, 200)}`)
}

export const jobOf = (config: Config, item: RawItem): Job => value(parseJob(config, item))

const base = { priority: 5, runAt: NOW } as const
export const claimed = (token: string, sentAt = NOW): ClaimedSlot => ({
  ...base,
  token: asToken(token),
  sentAt,
})
export const running = (token: string, deadline = NOW + 60_000): RunningSlot => ({
  ...base,
  token: asToken(token),
  deadline,
})

export const loan = (id: string, lent: number, returned = 0): Loan => ({ id: id as LoanId, lent, returned })
export const borrowed = (id: string, got: number, returned = 0): Borrowed => ({
  id: id as LoanId,
  got,
  returned,
})

/** A pass that reads all, and has no reason to. */
export const READS_ALL: Reading = { since: NOW, whole: true, doubtful: false, late: [] }

let marks = 0
export const change = (part: Partial<PassWrite> = {}): PassWrite => ({
  ...NO_CHANGE,
  mark: `mark-${marks++}`,
  ...part,
})
const NO_CHANGE: Omit<PassWrite, 'mark'> = {
  take: {},
  drop: [],
  resend: [],
  sentAt: NOW,
  forget: [],
  waiting: false,
  waitingAmid: false,
  held: [],
}
