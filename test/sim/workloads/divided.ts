/** Totals that lie in chunks, and more jobs than they let run at a time: so shards wait in each chunk, and units move between them. */
import { chunked } from '../../support/chunked.ts'
import type { SimRandom } from '../world/random.ts'
import type { JobPlan, Plan } from './plan.ts'
import { versionOf } from './versions.ts'

type Versions = Plan['versions']

export function withDividedTotals(random: SimRandom, versions: Versions): Versions {
  const [usual, chunks] = [random.int(2, 7), random.int(2, 3)]
  const [first, ...others] = versions.map(({ input }) => {
    const concurrency = random.chance(0.5) ? usual : random.int(2, 7)
    const queues = Object.entries(input.queues).map(([name, { total, guaranteed: _, ...queue }]) => {
      const rate = typeof total === 'object' ? total : {}
      return [name, { ...queue, total: { ...rate, concurrency } }] as const
    })
    return versionOf(Object.fromEntries(queues), input.pools, input.tags, input.apps, (config) =>
      chunked(config, chunks),
    )
  })
  return first ? [first, ...others] : versions
}

/** In waves, so that units lie idle in one chunk and are missing in another. */
export function withWaves(random: SimRandom, jobs: readonly JobPlan[]): readonly JobPlan[] {
  const [model] = jobs
  if (!model) return jobs
  const waves = Array.from({ length: random.int(1, 3) }, (_, wave) => {
    const begin = model.at + wave * random.int(5000, 40_000)
    return Array.from({ length: random.int(8, 25) }, (__, n): JobPlan => {
      const like = jobs[random.int(0, jobs.length - 1)] ?? model
      const { ttl_ms: _ttl, keyed: _key, padding_kb: _padding, ...job } = like
      const at = begin + random.int(0, 4000)
      const handler = { bad: 0, how: 'throw', takes_ms: random.int(500, 1900) } as const
      return { ...job, way: 'client', id: `wave-${wave}-${n}`, at, runAt: at, priority: 5, handler }
    })
  })
  return [...jobs, ...waves.flat()]
}
