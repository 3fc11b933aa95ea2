import { expect, test } from 'vitest'
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { JobId, ShardKey } from '../../../lib/core/keys.ts'
import { parseShard } from '../../../lib/core/keys.ts'
import { rangesToRead } from '../../../lib/core/pass/ranges.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import type { Store } from '../../../lib/ports/store.ts'
import { judgeItem } from '../../../lib/use-cases/judge.ts'
import { readDueJobs } from '../../../lib/use-cases/pass/due-jobs.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { World } from '../../support/world.ts'

const config = defineConfig({ queues: { crm: { concurrency: 2, shards: 1, timeout: '10s' } } })
const item = (second: number, id: string) => ({
  pk: 'crm',
  sk: `5#2020-01-01T00:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}.000Z#${id}`,
  task: 't',
  payload: {},
})

test('many items with one id do not hide the jobs behind them', async () => {
  const world = new World(config)
  world.put(...Array.from({ length: 50 }, (_, n) => item(n, 'twin')), item(300, 'behind'))
  const judge = async (items: readonly RawItem[]) => {
    const jobs = await Promise.all(items.map((item) => judgeItem(world.context, item)))
    return { jobs, living: jobs.filter((job) => job !== undefined) }
  }
  const wanted = {
    state: emptyState('crm' as ShardKey),
    now: world.now,
    want: 2,
    inFlight: new Set<JobId>(),
    ranges: rangesToRead([], true),
  }
  const read = await readDueJobs(world.context, wanted, judge)
  if (read === 'stale') throw new Error('nothing has changed')
  expect(new Set(read.due.map(({ id }) => id))).toEqual(new Set(['twin', 'behind']))
})

const DAMAGED = { shard: 'crm|a', problem: 'it is damaged' }

test('a damaged state item is reported, and the sweep goes on', async () => {
  const world = new World(config)
  const store = memoryStore(world.tables)
  const scan: Store['states']['scan'] = async (query) => {
    return { states: [], damaged: query?.segment?.index === 0 ? [DAMAGED] : [] }
  }
  const damaged = {
    ...store,
    states: { ...store.states, scan },
  }
  expect(await sweep({ ...world.context, store: damaged })).toBe(0)
  expect(world.heard('state item damaged')).toMatchObject([DAMAGED])
  expect(world.counted).toContainEqual({ name: 'DamagedShards', value: 1 })
})

test('a % that is no escape would make a second partition of the same name', () => {
  expect(parseShard('crm|50%')).toMatchObject({ ok: false, reason: expect.stringContaining('%25') })
  expect(parseShard('crm|50%25')).toMatchObject({ ok: true })
})
