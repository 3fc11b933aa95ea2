/**
 * The versions of a run's configuration: limits and numbers of
 * shards change, queues, partition rules and tasks come and go. What stays is what belongs to an attempt: how often it is tried again, and its time.
 */
import {
  type Config,
  type ConfigInput,
  defineConfig,
  type QueueInput,
} from '../../../lib/core/queue/config.ts'
import type { TagLimitInput } from '../../../lib/core/queue/tags-input.ts'
import { chunked } from '../../support/chunked.ts'
import type { SimRandom } from '../world/random.ts'
import { drawLimiters, drawShards, type PoolsPlan, type QueuePlan, rebatched } from './queues.ts'

/** A change that CloudFormation carries out. */
export interface DeployPlan {
  readonly version: number
  readonly at: number
  /** For so long functions of both versions run side by side. */
  readonly roll_ms: number
  /** It fails when all functions are new, and CloudFormation goes back. */
  readonly fails: boolean
}

type Queues = Readonly<Record<string, QueueInput>>

export interface Version {
  readonly input: ConfigInput
  readonly config: Config
  readonly queues: readonly QueuePlan[]
  /** What nobody can configure, and some runs have. */
  readonly changed: Changed
}

type Changed = (config: Config) => Config

export function drawVersions(
  random: SimRandom,
  first: Queues,
  newQueue: () => QueueInput,
): readonly [Version, ...Version[]] {
  const isLimited = random.chance(0.4)
  const withLimiters = (queues: Queues): Version => {
    const drawn = isLimited ? drawLimiters(random, queues) : { queues, pools: {}, tags: [] }
    return versionOf(drawn.queues, drawn.pools, drawn.tags, undefined, inChunks)
  }
  const versions: [Version, ...Version[]] = [withLimiters(first)]
  if (!random.chance(0.35)) return versions
  for (let more = random.int(1, 2); more > 0; more--) {
    const before = versions[versions.length - 1]?.input.queues ?? first
    versions.push(withLimiters(redeployed(random, before, newQueue)))
  }
  return versions
}

/** So few that shards share them, and so many that capacity moves. */
const CHUNKS = 2

/** Every other total lies in chunks, however small it is: so a deploy divides it, or does no more. */
const inChunks = (config: Config): Config =>
  chunked(config, CHUNKS, ({ concurrency }) => concurrency % 2 === 1)

export function versionOf(
  queues: Queues,
  pools: PoolsPlan = {},
  tags: readonly TagLimitInput[] = [],
  apps?: ConfigInput['apps'],
  changed: Changed = (config) => config,
): Version {
  const input = { queues, pools, tags, ...(apps ? { apps } : {}) }
  const config = changed(defineConfig(input))
  const plans = Object.entries(queues).flatMap(([name, input]): QueuePlan[] => {
    const queue = config.queues[name]
    return queue ? [{ name, partitioned: input.partition !== undefined, input, config: queue }] : []
  })
  return { input, config, queues: plans, changed }
}

function redeployed(random: SimRandom, queues: Queues, newQueue: () => QueueInput): Queues {
  const kept = Object.entries(queues).filter((_, n) => n === 0 || !random.chance(0.25))
  const changed = kept.map(([name, input]) => [name, changedQueue(random, input)] as const)
  const added = random.chance(0.4) ? [[`n${random.int(0, 1)}`, newQueue()] as const] : []
  return withoutLimiters({ ...Object.fromEntries(added), ...Object.fromEntries(changed) })
}

/** They are drawn anew. */
const withoutLimiters = (queues: Queues): Queues =>
  Object.fromEntries(
    Object.entries(queues).map(([name, { total: _t, guaranteed: _g, pools: _p, rateLimit, ...queue }]) => [
      name,
      rateLimit === undefined || rateLimit.partition ? queue : { ...queue, rateLimit },
    ]),
  )

function changedQueue(random: SimRandom, input: QueueInput): QueueInput {
  if (random.chance(0.12)) {
    const { partition, ...rest } = input
    return partition ? rest : { ...rest, partition: { payload: 'tenant' } }
  }
  const shards = random.chance(0.5) ? drawShards(random) : (input.shards ?? 1)
  const changed = withShards(input, shards)
  if (input.concurrency === undefined || random.chance(0.3)) return changed
  const concurrency = random.int(1, 12)
  return { ...rebatched(changed, concurrency), concurrency }
}

/** With an interval there is one: then it goes, and comes back with a roll-back, to jobs that lie in several. */
function withShards({ minInterval, ...input }: QueueInput, shards: number): QueueInput {
  if (minInterval === undefined) return { ...input, shards }
  return shards === 1
    ? { ...input, minInterval }
    : { ...input, shards, rateLimit: { allowed: 2, period: 1000 } }
}

/** One after the other; a version that has been replaced may come back: a roll-back. */
export function drawDeploys(random: SimRandom, versions: number, begin: number, end: number): DeployPlan[] {
  if (versions === 1) return []
  const orders: readonly [number[], ...number[][]] =
    versions === 2
      ? [[1], [1], [1, 0], [1, 0, 1]]
      : [
          [1, 2],
          [1, 0, 2],
          [1, 2, 1],
          [2, 0],
        ]
  const order = random.pick(orders)
  const times = order.map(() => random.int(begin, end)).sort((a, b) => a - b)
  return order.map((version, n) => ({
    ...deployAt(random, version, times[n] ?? end),
    fails: random.chance(0.15),
  }))
}

export const deployAt = (random: SimRandom, version: number, at: number): DeployPlan => ({
  version,
  at,
  roll_ms: random.int(1000, 300_000),
  fails: false,
})

/** Tasks of a version besides each queue's own: known to that version's workers alone. */
export const taskOfVersion = (queue: string, version: number): string => `task-${queue}-v${version}`

/** Whether a version has a place for the shard: what its lane names of a tag or a rate that there is not holds nothing up. */
export function knows({ queues, input: { pools = {} } }: Config, shard: string): boolean {
  const [name = '', partition = '', last = ''] = shard.split('|')
  const queue = Object.hasOwn(queues, name) ? queues[name] : undefined
  const isKnown = last
    .split('+')
    .filter((part) => part.startsWith('pool.'))
    .every((part) => {
      const [pool = '', weight = '1'] = part.slice('pool.'.length).split('*')
      const units = Object.hasOwn(pools, pool) ? (pools[pool]?.concurrency ?? 0) : -1
      return units === 0 || Number(weight) <= units
    })
  return queue !== undefined && (queue.partition !== undefined) === (partition !== '') && isKnown
}
