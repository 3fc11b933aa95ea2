/** A task that takes no notice of its signal, and says all the time that it runs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineTask } from '../../../lib/index.ts'

const BEAT_MS = 20

export const stubborn = defineTask({
  name: 'stubborn',
  queue: 'stubborn',
  payload: z.object({ customer: z.string(), beats: z.number().default(Number.MAX_SAFE_INTEGER) }),
  handler: async ({ payload: { customer, beats } }) => {
    for (let beat = 0; beat < beats; beat++) {
      console.log(JSON.stringify({ beat, customer, at: Date.now() }))
      await sleep(BEAT_MS)
    }
    console.log(JSON.stringify({ customer, at: Date.now(), ended: true }))
  },
})
