import { afterAll, beforeAll, describe } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { dynoxideDatabase, missingDynoxide, type TestDatabase } from '../support/dynamodb.ts'
import { inDatabase } from './past-the-port.ts'
import { describeStore } from './store.ts'

describe.skipIf(missingDynoxide)(missingDynoxide ?? 'dynoxide', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await dynoxideDatabase()
  })
  afterAll(() => database.close())
  describeStore(
    'the store on DynamoDB',
    () => dynamoStore(database),
    () => inDatabase(database),
  )
})
