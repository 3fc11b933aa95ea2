/** The store on DynamoDB, put together. */
import type { Store } from '../../ports/store.ts'
import type { Database } from './database.ts'
import { dynamoHistoryStore } from './history.ts'
import { dynamoJobStore } from './jobs.ts'
import { dynamoScheduleStore } from './schedules.ts'
import { dynamoStateStore } from './states.ts'

/** The store on DynamoDB, or on anything that speaks its protocol. */
export const dynamoStore = (database: Database): Store => ({
  jobs: dynamoJobStore(database),
  states: dynamoStateStore(database),
  history: dynamoHistoryStore(database),
  schedules: dynamoScheduleStore(database),
})
