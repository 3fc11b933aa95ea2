import { afterAll, beforeAll, describe } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { endpointDatabase, type TestDatabase } from '../support/dynamodb.ts'
import { inDatabase } from './past-the-port.ts'
import { describeStore } from './store.ts'

const endpoint = process.env['DYNAMODB_ENDPOINT'] ?? ''

describe.skipIf(endpoint === '')(endpoint || 'DYNAMODB_ENDPOINT is not set', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await endpointDatabase(endpoint)
  })
  afterAll(() => database.close())
  describeStore(
    'the store on DynamoDB',
    () => dynamoStore(database),
    () => inDatabase(database),
  )
})
