/** A pass whose reply was lost and whose write the SDK sent again, although it claims nothing by which to know it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { memoryStore } from '../../lib/adapters/memory/store.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import { change, NOW } from '../support/builders.ts'
import { dynoxideDatabase, missingDynoxide, type TestDatabase } from '../support/dynamodb.ts'
import { freshShard } from './fresh.ts'

function describeOwnWrite(store: () => Store): void {
  test('a write that only arranges a wake-up, and is sent twice, is written', async () => {
    const state = emptyState(freshShard())
    const write = change({ dueAt: NOW, mark: 'one' })
    expect((await store().states.pass(state, write)).kind).toBe('written')
    expect((await store().states.pass(state, write)).kind).toBe('written')
    expect((await store().states.pass(state, change({ dueAt: NOW, mark: 'another' }))).kind).toBe('conflict')
  })
}

describe('in memory', () => {
  const store = memoryStore()
  describeOwnWrite(() => store)
})

describe.skipIf(missingDynoxide)(missingDynoxide ?? 'on DynamoDB', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await dynoxideDatabase()
  })
  afterAll(() => database.close())
  describeOwnWrite(() => dynamoStore(database))
})
