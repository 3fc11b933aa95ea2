/** Whoever looks at a partition that no pass has visited yet is told the number that one would write. */
import { expect, test } from 'vitest'
import { defineConfig, queueNamed } from '../../../lib/core/queue/config.ts'
import { setAppRate } from '../../../lib/use-cases/operate/set-app-rate.ts'
import { statsOf } from '../../../lib/use-cases/operate/stats.ts'
import { whyPartition } from '../../../lib/use-cases/operate/why.ts'
import { asShard, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const config = defineConfig({
  apps: { hub: { rate: 80, frequency_s: 10 } },
  queues: { crm: { partition: { payload: 'customer' }, app: 'hub' } },
})

test.each([
  [undefined, 4],
  [{ rate: 40, frequency_s: 10 }, 2],
])('with the rate %j it is %i', async (rate, concurrency) => {
  const world = new World(config)
  const queue = queueNamed(config, 'crm')
  if (!queue) throw new Error('no queue')
  if (rate) await setAppRate(world.context, { app: 'hub', rate, note: {} })
  for (let n = 0; n < 9; n++)
    world.put(jobItem({ pk: asShard('crm|acme'), id: `j${n}`, runAt: NOW - 1000 + n }))
  expect((await statsOf(world.context, queue, 'acme')).inForce).toEqual({ concurrency })
  const why = await whyPartition(world.context, queue, 'acme')
  expect(why).toMatchObject({ shards: [{ startable: concurrency }] })
  expect(world.tables.states.get(asShard('crm|acme'))).toBeUndefined()
})
