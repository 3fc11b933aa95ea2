/** The largest writes that a pass can make: DynamoDB takes expressions of 4 KB and 300 operators. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { parseJob } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import { decide } from '../../lib/core/pass/decide.ts'
import { emptyState, type ShardState } from '../../lib/core/shard/state.ts'
import type { Store } from '../../lib/ports/store.ts'
import {
  asId,
  asToken,
  change,
  claimed,
  configOf,
  jobItem,
  NOW,
  READS_ALL,
  running,
  value,
} from '../support/builders.ts'
import type { TestDatabase } from '../support/dynamodb.ts'
import { ENGINES } from './engines.ts'

const SHARD = 'crm|largest' as ShardKey
const LATER = NOW + 3_600_000
const range = (count: number) => Array.from({ length: count }, (_, n) => n)
const ids = (name: string) => range(100).map((n) => asId(`${name}-${n}`))
const config = configOf({ concurrency: 100, shards: 1 })

describe.each(ENGINES)('$name', ({ missing, open }) => {
  describe.skipIf(missing !== undefined)(missing ?? 'takes the largest writes', () => {
    let database: TestDatabase
    beforeAll(async () => {
      database = await open()
    })
    afterAll(() => database?.close())

    test('a hundred dead attempts replaced, while every start was in a second of its own', async () => {
      const store = dynamoStore(database)
      const slots = Object.fromEntries(ids('dead').map((id) => [id, running('r', NOW + 1)]))
      let state = await written(store, emptyState(SHARD), { take: slots })
      for (const n of range(100)) await store.states.remember(SHARD, String(NOW + n * 1000))
      state = (await store.states.read(SHARD)) ?? state
      const next = decision(state, new Set(ids('dead')))
      const after = await written(store, state, next)
      expect(Object.keys(after.slots)).toHaveLength(100)
    })

    test('a hundred claims sent again, beside the starts of another hundred', async () => {
      const store = dynamoStore(database)
      const shard = `${SHARD}-again` as ShardKey
      const slots = Object.fromEntries(ids('lost').map((id) => [id, claimed('t')]))
      let state = await written(store, emptyState(shard), { take: slots })
      for (const n of range(100)) await store.states.remember(shard, String(NOW + n * 1000))
      state = (await store.states.read(shard)) ?? state
      const after = await written(store, state, decision(state, new Set()))
      expect(Object.keys(after.slots)).toHaveLength(100)
    })
  })
})

function decision(state: ShardState, recovered: ReadonlySet<never> | Set<ReturnType<typeof asId>>) {
  const due = ids('new').map((id) => value(parseJob(config, jobItem({ pk: state.shard, id }))))
  const limits = { slots: 100 }
  const reading = { ...READS_ALL, since: LATER }
  const newToken = () => asToken('n')
  return decide({ state, due, more: true, reading, limits, now: LATER, newToken, recovered }).change
}

async function written(
  store: Store,
  state: ShardState,
  part: Parameters<typeof change>[0],
): Promise<ShardState> {
  const outcome = await store.states.pass(state, change(part))
  if (outcome.kind !== 'written') throw new Error('the pass was not written')
  return outcome.state
}
