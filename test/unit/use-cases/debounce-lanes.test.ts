/** A debounced job that lies in the wrong lane when the next one comes: it is moved, and its time goes on. */
import { expect, test } from 'vitest'
import { onlyOne } from '../../../lib/core/job/one-only.ts'
import { parseSortKey } from '../../../lib/core/keys.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { asShard, jobItem, NOW, value } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = defineConfig({
  tags: [{ key: 'model', concurrency: 2 }],
  queues: { crm: { partition: { payload: 'customer' }, concurrency: 1 } },
})
const LANE = 'crm|acme|+tag.model'

async function enqueue(world: World, pk: string, n: number) {
  const rule = { debounce: { key: 'index', wait: '10s', max: '15s' } }
  const item = jobItem({ pk: asShard(pk), id: `job${n}`, runAt: world.now + 10_000, payload: { n } })
  const tagged = { ...item, tags: { model: 'x' } }
  await putNew(world.context.store, value(onlyOne(rule, tagged, `call ${n}`, world.now)))
}

test('starts at the latest `max` after the first, wherever that was put', async () => {
  const world = new World(CONFIG)
  // By a client that does not know of the tag's limit yet.
  await enqueue(world, 'crm|acme', 1)
  await world.stream()
  expect(world.jobs.map(({ pk }) => pk)).toEqual([LANE])
  for (const n of [2, 3]) {
    await world.live(4000)
    await enqueue(world, LANE, n)
  }
  const [job] = world.jobs
  expect([world.jobs.length, job?.pk, job?.['payload']]).toEqual([1, LANE, { n: 3 }])
  expect(value(parseSortKey(job?.sk ?? '')).runAt).toBe(NOW + 15_000)
})
