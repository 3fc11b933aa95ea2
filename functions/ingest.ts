/** Turns events from the buffer queue into jobs. */
import type { SQSEvent } from 'aws-lambda'
import { systemClock } from '../lib/adapters/system/clock.ts'
import { events, once, storeFor } from '../lib/lambda/context.ts'
import { type BatchResponse, handleEach, lambda } from '../lib/lambda/entry.ts'
import { readConfig, readEnvironment } from '../lib/lambda/environment.ts'
import { payloadsIn } from '../lib/lambda/payloads.ts'
import { ingest } from '../lib/use-cases/ingest.ts'

const context = once(() => {
  const env = readEnvironment(['SLUICE_JOBS_TABLE', 'SLUICE_STATE_TABLE', 'SLUICE_HISTORY_TABLE'])
  return {
    config: readConfig(),
    store: storeFor({
      jobs: env.SLUICE_JOBS_TABLE,
      state: env.SLUICE_STATE_TABLE,
      history: env.SLUICE_HISTORY_TABLE,
    }),
    payloads: payloadsIn(),
    clock: systemClock,
    events,
  }
})

export const handler = lambda<SQSEvent, BatchResponse>(({ Records }) =>
  handleEach(
    Records,
    ({ messageId }) => messageId,
    ({ body, messageId, attributes }) =>
      ingest(context(), body, messageId, Number(attributes.SentTimestamp) || undefined),
  ),
)
