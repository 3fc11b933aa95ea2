/** Woken by the clock: every minute for what is due, and every few minutes to sweep. */
import * as z from 'zod'
import { sqsWakeQueue } from '../lib/adapters/sqs/queues.ts'
import { systemClock } from '../lib/adapters/system/clock.ts'
import { logger, once, sqsClient, storeFor } from '../lib/api/context.ts'
import { readConfig, readEnvironment } from '../lib/api/environment.ts'
import { lambda } from '../lib/api/lambda.ts'
import { sweep } from '../lib/use-cases/sweep.ts'
import { tick } from '../lib/use-cases/tick.ts'

const eventSchema = z.object({ kind: z.enum(['tick', 'sweep']) })

const context = once(() => {
  const env = readEnvironment(['SLUICE_JOBS_TABLE', 'SLUICE_STATE_TABLE', 'SLUICE_WAKE_QUEUE_URL'])
  return {
    config: readConfig(),
    store: storeFor({ jobs: env.SLUICE_JOBS_TABLE, state: env.SLUICE_STATE_TABLE }),
    wake: sqsWakeQueue(sqsClient(), env.SLUICE_WAKE_QUEUE_URL),
    clock: systemClock,
    logger,
    metrics: { count: () => {} },
  }
})

export const handler = lambda<unknown, { readonly woken: number }>(async (event, invocation) => {
  const { kind } = eventSchema.parse(event)
  const remaining_ms = () => invocation.getRemainingTimeInMillis()
  return { woken: await (kind === 'tick' ? tick(context()) : sweep(context(), { remaining_ms })) }
})
