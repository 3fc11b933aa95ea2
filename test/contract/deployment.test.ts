import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dynamoDeploymentLog } from '../../lib/adapters/dynamodb/deployment.ts'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import type { DeploymentRecord } from '../../lib/core/deployment.ts'
import { dynoxideDatabase, missingDynoxide, type TestDatabase } from '../support/dynamodb.ts'

const RECORD: DeploymentRecord = {
  version: 1,
  number: 1,
  configuration: 'a',
  next: 'a',
  replaced: { b: 1_900_000_000_000 },
  requests: ['r'],
}

describe.skipIf(missingDynoxide)('the record of deployments in the State table', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await dynoxideDatabase()
  })
  afterAll(() => database.close())
  const log = () => dynamoDeploymentLog(database)
  beforeEach(async () => {
    const before = await log().read()
    await log().write({ ...RECORD, version: (before?.version ?? 0) + 1 }, before)
  })

  test('is read as it was written', async () => {
    expect(await log().read()).toMatchObject({ ...RECORD, version: expect.any(Number) })
    const before = await log().read()
    const { configuration: _, next: __, ...first } = RECORD
    await log().write({ ...first, version: 1000 }, before)
    expect(await log().read()).toEqual({ ...first, version: 1000 })
  })

  test('is written by one of two who have read the same', async () => {
    const before = await log().read()
    const version = (before?.version ?? 0) + 1
    expect(await log().write({ ...RECORD, version, configuration: 'mine' }, before)).toBe(true)
    expect(await log().write({ ...RECORD, version, configuration: 'other' }, before)).toBe(false)
    expect(await log().write({ ...RECORD, configuration: 'first' }, undefined)).toBe(false)
    expect(await log().read()).toMatchObject({ configuration: 'mine' })
  })

  test('is no shard', async () => {
    expect((await dynamoStore(database).states.scan()).states).toEqual([])
  })

  test('that somebody damaged is named, with what to do', async () => {
    const Item = { pk: { S: '$deployment' }, version: { N: '5' } }
    await database.client.send(new PutItemCommand({ TableName: database.tables.state, Item }))
    await expect(log().read()).rejects.toThrow(/"\$deployment".*delete it/s)
    await log().write(RECORD, { ...RECORD, version: 5 })
  })
})
