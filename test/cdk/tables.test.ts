import { RemovalPolicy } from 'aws-cdk-lib'
import { describe, expect, test } from 'vitest'
import { find, one, synth } from './synth.ts'

const TABLE = 'AWS::DynamoDB::GlobalTable'
const template = synth()
const properties = (name: string) => one(template, TABLE, name).Properties
const keys = (...names: [string, string?]) =>
  names.map((AttributeName, i) => ({ AttributeName, KeyType: i ? 'RANGE' : 'HASH' }))

describe('every table', () => {
  test.each(['JobsTable', 'StateTable', 'HistoryTable', 'SchedulesTable'])(
    '%s is durable, encrypted, and paid by use',
    (name) => {
      const table = one(template, TABLE, name)
      expect(table.DeletionPolicy).toBe('Retain')
      expect(table.UpdateReplacePolicy).toBe('Retain')
      expect(table.Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        Replicas: [
          {
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
            DeletionProtectionEnabled: false,
          },
        ],
      })
    },
  )

  test('there are four', () => {
    expect(find(template, TABLE)).toHaveLength(4)
  })

  test('the user decides what becomes of the data', () => {
    const changed = synth({ removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true })
    for (const table of find(changed, TABLE)) {
      expect(table.DeletionPolicy).toBe('Delete')
      expect(table.Properties['Replicas']).toMatchObject([{ DeletionProtectionEnabled: true }])
    }
  })
})

test('the Jobs table streams new images', () => {
  expect(properties('JobsTable')).toMatchObject({
    KeySchema: keys('pk', 'sk'),
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  })
  expect(properties('JobsTable')).not.toHaveProperty('TimeToLiveSpecification')
})

test('the State table lists what is due in a sparse index of keys', () => {
  expect(properties('StateTable')).toMatchObject({
    KeySchema: keys('pk'),
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    GlobalSecondaryIndexes: [
      { IndexName: 'due', KeySchema: keys('dueShard', 'dueAt'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
  })
  expect(properties('StateTable')['AttributeDefinitions']).toContainEqual({
    AttributeName: 'dueAt',
    AttributeType: 'N',
  })
})

test('the History table forgets', () => {
  expect(properties('HistoryTable')).toMatchObject({
    KeySchema: keys('pk', 'sk'),
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  })
})

test('the Schedules table lists those that fire in a sparse index of keys, streams new images and forgets nothing', () => {
  expect(properties('SchedulesTable')).toMatchObject({
    KeySchema: keys('pk'),
    GlobalSecondaryIndexes: [
      { IndexName: 'due', KeySchema: keys('dueIn', 'nextAt'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  })
  expect(properties('SchedulesTable')['AttributeDefinitions']).toContainEqual({
    AttributeName: 'nextAt',
    AttributeType: 'N',
  })
  expect(properties('SchedulesTable')).not.toHaveProperty('TimeToLiveSpecification')
})
