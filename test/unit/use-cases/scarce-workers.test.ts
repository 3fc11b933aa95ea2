/** Starts that are granted for a time, where messages come later than that: workers are scarce, or begin from cold. */
import { expect, test } from 'vitest'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import type { WorkMessage } from '../../../lib/ports/queues.ts'
import { asShard, jobItem, NOW, SHARD } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

/** Every message waits for so long before a worker has time for it. */
async function liveSlowly(world: World, duration_ms: number, late_ms: number): Promise<void> {
  const sent: { readonly message: WorkMessage; readonly at: number }[] = []
  for (const end = world.now + duration_ms; world.now < end; world.now += 250) {
    await world.stream()
    await world.wake()
    sent.push(...world.takeWork().map((message) => ({ message, at: world.now + late_ms })))
    const due = sent.filter(({ at }) => at <= world.now)
    sent.splice(0, Infinity, ...sent.filter(({ at }) => at > world.now))
    for (const { message } of due) await world.work(message)
  }
}

const rateLimit = { allowed: 2, period: 10_000 } as const
const QUEUE = { partition: { payload: 'customer' }, timeout: 10_000, concurrency: 4 } as const
type Granting = Partial<ConfigInput> & { readonly queue: ConfigInput['queues'][string]; readonly pk?: string }
const GRANTING: Readonly<Record<string, Granting>> = {
  'a rate that counts costs': { queue: { costs: true, rateLimit } },
  'a pool': { queue: { pools: { api: {} } }, pools: { api: { rateLimit } } },
  'a rate by a rule of its own': {
    queue: { rateLimit: { ...rateLimit, partition: 'task' } },
    pk: 'crm|acme|+rate.crm:task=sync',
  },
}
const CASES = Object.keys(GRANTING).flatMap((name) =>
  [1000, 3000, 20_000].map((late_ms) => ({ name, late_ms })),
)

test.each(CASES)('with each message $late_ms ms late, jobs of $name start', async ({ name, late_ms }) => {
  const { queue, pk = SHARD, ...more } = GRANTING[name] ?? { queue: {} }
  const world = new World(defineConfig({ ...more, queues: { crm: { ...QUEUE, ...queue } } }))
  const ids = Array.from({ length: 6 }, (_, n) => `job-${n}`)
  world.put(...ids.map((id, n) => jobItem({ id, pk: asShard(pk), runAt: NOW + n })))
  await liveSlowly(world, 360_000, late_ms)
  expect(world.ran.toSorted()).toEqual(ids)
  const starts = world.attempts.map(({ at }) => at)
  const around = (at: number) => starts.filter((one) => one > at - 10_000 && one <= at).length
  expect(Math.max(...starts.map(around))).toBeLessThanOrEqual(2)
})
