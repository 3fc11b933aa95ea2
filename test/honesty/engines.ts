/** The engines that the memory store is compared with. One that is missing is reported as skipped, with the reason. */
import { givenEndpoint } from '../../local/engines/given.ts'
import {
  dynoxideDatabase,
  endpointDatabase,
  missingDynoxide,
  type TestDatabase,
} from '../support/dynamodb.ts'
import { missingDynamoDBLocal, startDynamoDBLocal } from './dynamodb-local.ts'

export interface Engine {
  readonly name: string
  /** Why it is not here. */
  readonly missing?: string | undefined
  open(): Promise<TestDatabase>
}

const endpoint = givenEndpoint('DYNAMODB') ?? ''

async function dynamoDBLocalDatabase(): Promise<TestDatabase> {
  const engine = await startDynamoDBLocal()
  const database = await endpointDatabase(engine.endpoint)
  const close = async () => {
    database.client.destroy()
    await engine.stop()
  }
  return { ...database, close }
}

export const ENGINES: readonly Engine[] = [
  { name: 'dynoxide', missing: missingDynoxide, open: dynoxideDatabase },
  { name: 'DynamoDB Local', missing: missingDynamoDBLocal(), open: dynamoDBLocalDatabase },
  {
    name: endpoint || 'DYNAMODB_ENDPOINT',
    missing: endpoint === '' ? 'DYNAMODB_ENDPOINT is not set' : undefined,
    open: () => endpointDatabase(endpoint),
  },
]
