/** Tasks that tell a recorder outside of Sluice when they run, and misbehave as they are told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import {
  type BatchContext,
  defineBatchTask,
  defineTask,
  type TaskContext,
  throwIfToRetryAfter,
} from '../../../lib/index.ts'
import type config from './config.ts'

const payload = z.object({
  customer: z.string(),
  name: z.string(),
  /** What makes a payload large. */
  text: z.string().default(''),
  takes_ms: z.number().default(20),
  /** Attempts that fail before one succeeds. */
  fails: z.number().default(0),
  /** In its first attempt the worker's process ends in the middle. */
  crashes: z.boolean().default(false),
  /** It stops when its signal says so. */
  heeds: z.boolean().default(false),
  /** When the service asks for time, it asks for all that need this pool. */
  pool: z.enum(['gpu']).optional(),
})
type Payload = z.output<typeof payload>

async function tell(what: 'start' | 'end', { payload, job }: TaskContext<Payload>): Promise<void> {
  const url = process.env['RECORDER_URL']
  if (!url) throw new Error('RECORDER_URL is not set')
  const { customer, name, text, pool } = payload
  const body = { what, queue: job.queue, customer, name, attempt: job.attempt, bytes: text.length }
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  throwIfToRetryAfter<typeof config>(response, pool && { pool })
}

async function record(context: TaskContext<Payload>): Promise<void> {
  const { takes_ms, fails, crashes, heeds } = context.payload
  await tell('start', context)
  if (crashes && context.job.attempt === 1) process.exit(1)
  await sleep(takes_ms, undefined, heeds ? { signal: context.signal } : {})
  await tell('end', context)
  if (context.job.attempt <= fails) throw new Error('told to fail')
}

export const serial = defineTask({ name: 'serial', queue: 'serial', payload, handler: record })
export const patient = defineTask({ name: 'patient', queue: 'patient', payload, handler: record })
export const limited = defineTask({ name: 'limited', queue: 'limited', payload, handler: record })
export const wide = defineTask({ name: 'wide', queue: 'wide', payload, handler: record })
export const vast = defineTask({ name: 'vast', queue: 'vast', payload, handler: record })
export const mail = defineTask({ name: 'mail', queue: 'mail', payload, handler: record })
export const letter = defineTask({ name: 'letter', queue: 'letter', payload, handler: record })
export const heavy = defineTask({ name: 'heavy', queue: 'heavy', payload, handler: record })
export const tokens = defineTask({
  name: 'tokens',
  queue: 'tokens',
  payload,
  cost: ({ name }) => Number(name.split('-')[0]),
  handler: record,
})
export const light = defineTask({ name: 'light', queue: 'light', payload, handler: record })
export const shared = defineTask({ name: 'shared', queue: 'shared', payload, handler: record })
export const zoned = defineTask({ name: 'zoned', queue: 'zoned', payload, handler: record })
export const derived = defineTask({ name: 'derived', queue: 'derived', payload, handler: record })
export const paced = defineTask({ name: 'paced', queue: 'paced', payload, handler: record })
export const eased = defineTask({ name: 'eased', queue: 'eased', payload, handler: record })
export const tasked = defineTask({ name: 'tasked', queue: 'tasked', payload, handler: record })
export const taskedToo = defineTask({ name: 'tasked-too', queue: 'tasked', payload, handler: record })
export const paired = defineTask({ name: 'paired', queue: 'paired', payload, handler: record })
export const planned = defineTask({ name: 'planned', queue: 'planned', payload, handler: record })
export const sized = defineTask({ name: 'sized', queue: 'sized', payload, handler: record })

/** The recorder sees one call, by the names of its jobs. */
async function recordBatch({ payloads, jobs, signal, logger }: BatchContext<Payload>) {
  const [first, job] = [payloads[0], jobs[0]]
  if (!first || !job) throw new Error('no job')
  const names = payloads.map(({ name }) => name).toSorted()
  const crashes = payloads.some((one, index) => one.crashes && jobs[index]?.attempt === 1)
  await record({ payload: { ...first, name: names.join('+'), crashes }, job, signal, logger })
  return payloads.map(({ fails }, index) =>
    (jobs[index]?.attempt ?? 1) <= fails ? new Error('told to fail') : undefined,
  )
}

export const batched = defineBatchTask({ name: 'batched', queue: 'batched', payload, handler: recordBatch })
export const keyed = defineBatchTask({ name: 'keyed', queue: 'keyed', payload, handler: recordBatch })
