/** Puts the adapters behind the ports, for the functions in Lambda. */
import type { Database } from '../adapters/dynamodb/database.ts'
import { dynamoDeploymentLog } from '../adapters/dynamodb/deployment.ts'
import { dynamoStore } from '../adapters/dynamodb/store.ts'
import { eventsToAll } from '../adapters/events/to-all.ts'
import { eventsToLog } from '../adapters/events/to-log.ts'
import { eventsToMetrics } from '../adapters/events/to-metrics.ts'
import { powertools, powertoolsLogger } from '../adapters/powertools/logger.ts'
import { metrics } from '../adapters/powertools/metrics.ts'
import { sqsWakeQueue, sqsWorkQueue } from '../adapters/sqs/queues.ts'
import { systemClock, systemRandom } from '../adapters/system/clock.ts'
import type { DeploymentLog } from '../ports/deployment.ts'
import type { Store } from '../ports/store.ts'
import type { Context } from '../use-cases/context.ts'
import { deploymentOf } from '../use-cases/deployed.ts'
import { dynamoClient, sqsClient } from './clients.ts'
import { type Environment, readConfig, readConfigHash, readEnvironment } from './environment.ts'
import { once } from './once.ts'

export { sqsClient } from './clients.ts'
export { once } from './once.ts'

export const logger = powertoolsLogger(powertools)
export const events = eventsToAll(eventsToLog(logger), eventsToMetrics(metrics))

const EVERYTHING = [
  'SLUICE_JOBS_TABLE',
  'SLUICE_STATE_TABLE',
  'SLUICE_HISTORY_TABLE',
  'SLUICE_SCHEDULES_TABLE',
  'SLUICE_WORK_QUEUE_URL',
  'SLUICE_WAKE_QUEUE_URL',
] as const satisfies readonly (keyof Environment)[]

/** A function is given the names only of those tables that it needs. */
type SomeTables = Partial<Database['tables']>
const client = once(() => dynamoClient())
const databaseWith = ({ jobs = '', state = '', history = '', schedules = '' }: SomeTables): Database => ({
  client: client(),
  tables: { jobs, state, history, schedules },
})

export const storeFor = (tables: SomeTables): Store => dynamoStore(databaseWith(tables))
export const deploymentLogFor = (state: string): DeploymentLog => dynamoDeploymentLog(databaseWith({ state }))

export function contextFromEnvironment(): Context {
  const env = readEnvironment(EVERYTHING)
  const sqs = sqsClient()
  const store = storeFor({
    jobs: env.SLUICE_JOBS_TABLE,
    state: env.SLUICE_STATE_TABLE,
    history: env.SLUICE_HISTORY_TABLE,
    schedules: env.SLUICE_SCHEDULES_TABLE,
  })
  return {
    config: readConfig(),
    store,
    work: sqsWorkQueue(sqs, env.SLUICE_WORK_QUEUE_URL),
    wake: sqsWakeQueue(sqs, env.SLUICE_WAKE_QUEUE_URL),
    clock: systemClock,
    random: systemRandom,
    events,
    deployment: deploymentOf(readConfigHash(), {
      log: deploymentLogFor(env.SLUICE_STATE_TABLE),
      settings: () => store.states.queueSettings(),
      clock: systemClock,
      events,
    }),
  }
}
