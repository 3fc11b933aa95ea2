import { afterAll, beforeAll, describe } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { givenEndpoint } from '../../local/engines/given.ts'
import { endpointDatabase, type TestDatabase } from '../support/dynamodb.ts'
import { inDatabase } from './past-the-port.ts'
import { describeStore } from './store.ts'

const endpoint = givenEndpoint('DYNAMODB') ?? ''

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
