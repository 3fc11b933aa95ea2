/** A task that tells a recorder by which tick it runs, and misbehaves as it is told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineTask } from '../../../lib/index.ts'

const payload = z.object({
  customer: z.string(),
  name: z.string().default('job'),
  takes_ms: z.number().default(0),
  /** Attempts that fail before one succeeds. */
  fails: z.number().default(0),
})

export const report = defineTask({
  name: 'report',
  queue: 'reports',
  payload,
  handler: async ({ payload: { customer, name, takes_ms, fails }, job }) => {
    const url = process.env['RECORDER_URL'] ?? ''
    const tell = (what: 'start' | 'end') => {
      const { queue, attempt, schedule } = job
      const body = { what, queue, customer, name, attempt, bytes: 0, tick: schedule }
      return fetch(url, { method: 'POST', body: JSON.stringify(body) })
    }
    await tell('start')
    await sleep(takes_ms)
    await tell('end')
    if (job.attempt <= fails) throw new Error('told to fail')
  },
})
