/** Whatever has happened to a limiter: what it says of itself is what the next job of a newcomer hears, word for word. */
import { fc, test as property } from '@fast-check/vitest'
import { expect } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { paused } from '../../../lib/core/limits/pause.ts'
import { poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { PoolLimitsInput } from '../../../lib/core/queue/shared-limits-input.ts'
import { reasonText } from '../../../lib/core/why/reason-text.ts'
import { amendLimiter, setLimiter, slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { whyJob } from '../../../lib/use-cases/operate/why.ts'
import { whyLimiter } from '../../../lib/use-cases/operate/why-limiter.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { live, longRunning } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const API = poolNamed('api')
const BY_CUSTOMER = { partition: { payload: 'customer' }, concurrency: 3, timeout: '10s' } as const
const RATE = { rateLimit: { allowed: 6, period: '10s', margin: 0 } } as const
const configOf = (api: PoolLimitsInput, weight = 2) =>
  defineConfig({
    pools: { api },
    queues: { crm: { ...BY_CUSTOMER, pools: { api: 1 } }, mail: { ...BY_CUSTOMER, pools: { api: weight } } },
  })
const configs = [configOf({ concurrency: 5 }), configOf(RATE, 1), configOf({ concurrency: 5, ...RATE })]

const put = fc.record({
  kind: fc.constant('put' as const),
  queue: fc.constantFrom('crm', 'mail'),
  customer: fc.constantFrom('a', 'b', 'c', 'd'),
  priority: fc.constantFrom(2, 5, 8),
})
const step = fc.oneof(
  { weight: 8, arbitrary: put },
  fc.record({ kind: fc.constant('live' as const), time_ms: fc.constantFrom(100, 3000, 12_000) }),
  fc.record({ kind: fc.constant('set' as const), concurrency: fc.constantFrom(1, 2, 4, 8) }),
  fc.record({ kind: fc.constantFrom('pause' as const, 'slow' as const, 'end' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function act(world: World, one: Step, end: () => void, n: number): Promise<void> {
  const { now } = world
  const { pools } = world.context.config
  switch (one.kind) {
    case 'put': {
      const pk = `${one.queue}|${one.customer}` as ShardKey
      world.put(jobItem({ pk, id: `job-${n}`, priority: one.priority, runAt: now - 1000 }))
      return live(world, 50)
    }
    case 'live':
      return live(world, one.time_ms)
    case 'set':
      return (
        pools['api']?.units && setLimiter(world.context, API, { concurrency: one.concurrency, by: 'ann' })
      )
    case 'pause':
      return amendLimiter(world.context, API, paused({ by: 'bob' }))
    case 'slow':
      return slowLimiter(world.context, API, { until: now + 5000, reason: 'HTTP 429' })
    case 'end':
      end()
      return live(world, 50)
  }
}

property.prop([fc.constantFrom(...configs), fc.array(step, { maxLength: 25 })], { numRuns: 60 })(
  'a limiter and a newcomer say the same',
  async (config, steps) => {
    const world = new World(config)
    const end = longRunning(world, () => true)
    for (const [n, one] of steps.entries()) await act(world, one, end, n)
    const known = config.pools['api']
    if (!known) throw new Error('no pool')
    const newcomer = jobItem({ pk: 'crm|new' as ShardKey, id: 'new', runAt: NOW - 1000 })
    world.put(newcomer)
    const [limiter, job] = [await whyLimiter(world.context, known), await whyJob(world.context, newcomer)]
    if (limiter.kind !== 'limiter' || job.kind !== 'waiting') throw new Error(job.kind)
    const said = limiter.holds.map((reason) => reasonText(reason, limiter.at))
    expect(said.length === 0).toBe(job.holds.length === 0)
    expect(said).toEqual(expect.arrayContaining(job.holds.map((reason) => reasonText(reason, job.at))))
  },
)
