/** Puts the adapters behind the ports, for the functions in Lambda. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { dynamoStore } from '../adapters/dynamodb/store.ts'
import { powertools, powertoolsLogger } from '../adapters/powertools/logger.ts'
import { sqsWakeQueue, sqsWorkQueue } from '../adapters/sqs/queues.ts'
import { systemClock, systemRandom } from '../adapters/system/clock.ts'
import type { Context } from '../use-cases/context.ts'
import { type Environment, readConfig, readEnvironment } from './environment.ts'

export const logger = powertoolsLogger(powertools)

const EVERYTHING = [
  'SLUICE_JOBS_TABLE',
  'SLUICE_STATE_TABLE',
  'SLUICE_HISTORY_TABLE',
  'SLUICE_WORK_QUEUE_URL',
  'SLUICE_WAKE_QUEUE_URL',
] as const satisfies readonly (keyof Environment)[]

/** More tries than the SDK's three: a call that fails costs a redelivery, which takes minutes. */
const MAX_ATTEMPTS = 6

export function storeFor(tables: { jobs?: string; state?: string; history?: string }) {
  const client = new DynamoDBClient({ maxAttempts: MAX_ATTEMPTS })
  const { jobs = '', state = '', history = '' } = tables
  return dynamoStore({ client, tables: { jobs, state, history } })
}

export const sqsClient = () => new SQSClient({ maxAttempts: MAX_ATTEMPTS })

/** Calls `make` when it is first needed, and never again. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
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
