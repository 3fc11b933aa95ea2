/** Puts the adapters behind the ports, for the functions in Lambda. */
import { dynamoStore } from '../adapters/dynamodb/store.ts'
import { powertools, powertoolsLogger } from '../adapters/powertools/logger.ts'
import { sqsWakeQueue, sqsWorkQueue } from '../adapters/sqs/queues.ts'
import { systemClock, systemRandom } from '../adapters/system/clock.ts'
import type { Context } from '../use-cases/context.ts'
import { dynamoClient, sqsClient } from './clients.ts'
import { type Environment, readConfig, readEnvironment } from './environment.ts'

export { sqsClient } from './clients.ts'
export { once } from './once.ts'

export const logger = powertoolsLogger(powertools)

const EVERYTHING = [
  'SLUICE_JOBS_TABLE',
  'SLUICE_STATE_TABLE',
  'SLUICE_HISTORY_TABLE',
  'SLUICE_WORK_QUEUE_URL',
  'SLUICE_WAKE_QUEUE_URL',
] as const satisfies readonly (keyof Environment)[]

export function storeFor(tables: { jobs?: string; state?: string; history?: string }) {
  const { jobs = '', state = '', history = '' } = tables
  return dynamoStore({ client: dynamoClient(), tables: { jobs, state, history } })
}

export function contextFromEnvironment(): Context {
  const env = readEnvironment(EVERYTHING)
  const sqs = sqsClient()
  return {
    config: readConfig(),
    store: storeFor({
      jobs: env.SLUICE_JOBS_TABLE,
      state: env.SLUICE_STATE_TABLE,
      history: env.SLUICE_HISTORY_TABLE,
    }),
    work: sqsWorkQueue(sqs, env.SLUICE_WORK_QUEUE_URL),
    wake: sqsWakeQueue(sqs, env.SLUICE_WAKE_QUEUE_URL),
    clock: systemClock,
    random: systemRandom,
    logger,
    metrics: { count: () => {} },
    deployment: { isReplaced: async () => false },
  }
}
