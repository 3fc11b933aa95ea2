/** Tasks that call a service outside of Sluice, which sees when they run and refuses what is over its limits. */
import { z } from 'zod'
import { defineTask, type Task, type TaskContext } from '../../../lib/index.ts'
import { hasQueue } from './config.ts'
import type { Stage } from './stages.ts'

const payload = z.object({
  customer: z.string(),
  name: z.string(),
  takes_ms: z.number().default(50),
  /** Attempts that fail before one succeeds. */
  fails: z.number().default(0),
  /** Makes the payload as large as it is. */
  padding: z.string().default(''),
})

export type Payload = z.output<typeof payload>

async function call({ payload, job, signal }: TaskContext<Payload>): Promise<void> {
  const url = process.env['WITNESS_URL']
  if (!url) throw new Error('WITNESS_URL is not set')
  const { customer, takes_ms } = payload
  const { queue, attempt, schedule } = job
  const name = schedule ? tickName(payload.name, schedule.at) : payload.name
  const body = { queue, customer, name, attempt, takes_ms, version: process.env['DEPLOY_VERSION'] }
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal })
  if (!response.ok) throw new Error(`the service answered ${response.status}`)
  if (job.attempt <= payload.fails) throw new Error('told to fail')
}

/** By which the service sees a tick: all of a schedule have the same payload. */
export const tickName = (name: string, at: Date): string => `${name}@${at.toISOString()}`

export type CallTask = Task<string, string, typeof payload>

const task = (name: string, queue = name): CallTask => defineTask({ name, queue, payload, handler: call })

export const ways = task('ways')
export const slots = task('slots')
export const rates = task('rates')
export const wide = task('wide')
export const heavy = task('heavy')
export const light = task('light')
export const ticks = task('ticks')
export const remembered = task('remembered')
export const gone = task('gone')
export const fresh = task('fresh')
/** A new task of a queue that was there before. */
export const another = task('another', 'ways')

/** The tasks that a worker of that deploy has: a worker does not start with a task whose queue is not configured. */
export const tasksOf = (stage: Stage): readonly CallTask[] =>
  [ways, slots, rates, wide, heavy, light, ticks, remembered, gone, fresh, another].filter(
    ({ name, queue }) => hasQueue(stage, queue) && !(stage === 'first' && name === another.name),
  )
