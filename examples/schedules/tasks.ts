/** The tasks: what there is to do when a schedule ticks. */
import { z } from 'zod'
import { defineTask } from '../../lib/index.ts'

const payload = z.object({ customer: z.string().min(1) })

export const report = defineTask({
  name: 'report',
  queue: 'reports',
  payload,
  handler: async ({ payload: { customer }, job, logger }) => {
    const { schedule } = job
    // The nominal times: also of a job that starts late, is tried again, or was missed and is caught up with.
    const from = schedule?.previous ?? new Date(0)
    const to = schedule?.at ?? job.runAt
    logger.info('report', { customer, from, to, isManual: schedule?.isManual ?? false })
  },
})

export const remind = defineTask({
  name: 'remind',
  queue: 'reports',
  payload,
  handler: async ({ payload: { customer }, logger }) => logger.info('remind', { customer }),
})

export const cleanUp = defineTask({
  name: 'clean-up',
  queue: 'reports',
  payload,
  handler: async ({ job, logger }) => logger.info('clean-up', { next: job.schedule?.next[0] }),
})
