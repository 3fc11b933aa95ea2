/** Tasks that tell a recorder when they run. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineTask, type TaskContext } from '../../../lib/index.ts'

const schema = z.object({ customer: z.string(), name: z.string() })
const TAKES_MS = 300

async function handler({ payload, job }: TaskContext<z.output<typeof schema>>): Promise<void> {
  const url = process.env['RECORDER_URL'] ?? ''
  const tell = (what: 'start' | 'end') => {
    const body = { what, queue: job.queue, ...payload, attempt: job.attempt, bytes: 0 }
    return fetch(url, { method: 'POST', body: JSON.stringify(body) })
  }
  await tell('start')
  await sleep(TAKES_MS)
  await tell('end')
}

export const lowered = defineTask({ name: 'lowered', queue: 'lowered', payload: schema, handler })
export const added = defineTask({ name: 'added', queue: 'added', payload: schema, handler })
