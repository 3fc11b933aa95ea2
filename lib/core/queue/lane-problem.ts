/** Why the jobs of a lane cannot run: what they ask of pools that are not there, or not like that. */
import type { Shard } from '../keys.ts'
import { partsOfLane } from '../limits/lane.ts'
import { clip } from '../text/clip.ts'
import type { Config } from './configured.ts'
import { weightProblem } from './limiters-input.ts'

type Pools = Pick<Config, 'pools'>

/** What a new job asks of pools in vain. One that is there already runs: a deploy may have taken the units of its pool away. */
export function newLaneProblem(config: Pools, shard: Shard): string | undefined {
  const inVain = poolsIn(shard).map(({ name, weight }) => {
    const pool = poolOf(config, name)
    return pool && weightProblem(name, pool.units !== undefined, weight)
  })
  return laneProblem(config, shard) ?? inVain.find((problem) => problem !== undefined)
}

/** Why the jobs of a lane cannot run by this configuration. That a tag has no limit is no reason: they run without. */
export const laneProblem = (config: Pools, shard: Shard): string | undefined =>
  poolsIn(shard)
    .map((asked) => poolProblem(config, asked))
    .find((problem) => problem !== undefined)

interface Asked {
  readonly name: string
  readonly weight: number
}

function poolsIn({ lane }: Shard): Asked[] {
  const parts = lane === undefined ? undefined : partsOfLane(lane)
  return (parts?.ok ? parts.value : []).flatMap(({ limiter, weight }) => {
    const [kind, name = ''] = limiter.split('|')
    return kind === 'pool' ? [{ name, weight }] : []
  })
}

const poolOf = ({ pools }: Pools, name: string) => (Object.hasOwn(pools, name) ? pools[name] : undefined)

function poolProblem(config: Pools, { name, weight }: Asked): string | undefined {
  const pool = poolOf(config, name)
  const known = Object.keys(config.pools).join(', ')
  if (!pool) return `there is no pool "${clip(name)}"; there are: ${known || 'none'}`
  const { concurrency = 0 } = pool.units ?? {}
  if (concurrency === 0 || weight <= concurrency) return undefined
  return (
    `a job that takes ${weight} units of the pool "${name}" of ${concurrency} could never run; ` +
    'configure the pool with more: what is set at run time may be taken back'
  )
}
