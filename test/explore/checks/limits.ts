/** I1: no more units of a limit are in use, by slots that are taken and by jobs that run, than it has. I8: nor after it was set. */
import { weightIn } from '../../../lib/core/limits/queue-limiter.ts'
import type { Config } from '../../../lib/core/queue/config.ts'
import type { State } from '../state/state.ts'
import { partitionOf } from '../steps/starts.ts'
import type { World } from '../world.ts'
import { callsIn } from './running.ts'

/** A partition's concurrency, a total, a pool, or a tag. */
interface Limit {
  readonly name: string
  readonly units: number
  /** How many units a job in this shard uses. */
  readonly weightOf: (shard: string) => number
}

const limits = new WeakMap<Config, Map<string, readonly Limit[]>>()

export function brokenLimits(state: State, world: World): string[] {
  const [slots, runs] = [slotsIn(state), callsIn(state).map(([{ pk }]) => pk as string)]
  return limitsOver([...slots, ...runs], world.config).flatMap((limit) =>
    [
      { shards: runs, what: 'by jobs that run' },
      { shards: slots, what: 'by slots that are taken' },
    ].flatMap(({ shards, what }) => {
      const used = usedOf(limit, shards)
      return used > limit.units
        ? [`I1 ${used} of ${limit.units} units of ${limit.name} are in use ${what}`]
        : []
    }),
  )
}

/** What is in use when a limit is lowered stays in use; nothing comes to it. */
export function admittedAbove(before: State, after: State, { config, sets }: World): string[] {
  if (sets?.concurrency === undefined || !before.past.isLimitSet) return []
  const name =
    typeof sets.of === 'string' ? sets.of : [sets.of.queue, sets.of.partition].filter(Boolean).join('|')
  const [was, is] = [slotsIn(before), slotsIn(after)]
  const limit = limitsOver(is, config).find((one) => one.name === name)
  if (!limit) return []
  const used = usedOf(limit, is)
  return used > sets.concurrency && used > usedOf(limit, was)
    ? [`I8 ${used} units of ${name} are in use after ${sets.concurrency} were set`]
    : []
}

const slotsIn = ({ tables }: State): string[] =>
  [...tables.states.values()].flatMap(({ shard, slots }) => Object.keys(slots).map(() => shard as string))

const usedOf = ({ weightOf }: Limit, shards: readonly string[]): number =>
  shards.reduce((sum, shard) => sum + weightOf(shard), 0)

function limitsOver(shards: readonly string[], config: Config): readonly Limit[] {
  const known = limits.get(config) ?? new Map<string, readonly Limit[]>()
  limits.set(config, known)
  const key = shards.join()
  const found = known.get(key) ?? [...partitionLimits(shards, config), ...limitersOf(shards, config)]
  known.set(key, found)
  return found
}

const partitionLimits = (shards: readonly string[], { queues }: Config): Limit[] =>
  [...new Set(shards.map(partitionOf))].flatMap((name): Limit[] => {
    const units = queues[name.split('|')[0] ?? '']?.concurrency
    const weightOf = (shard: string) => Number(partitionOf(shard) === name)
    return units === undefined ? [] : [{ name, units, weightOf }]
  })

/** Of queues, and of the lanes in which jobs lie. */
function limitersOf(shards: readonly string[], config: Config): Limit[] {
  const over = (shard: string) => [...ofQueue(shard, config), ...ofLane(shard, config)]
  const all = new Map(shards.flatMap(over).map(({ name, units }) => [name, units]))
  return [...all].map(([name, units]) => {
    const weightOf = (shard: string) => over(shard).find((one) => one.name === name)?.weight ?? 0
    return { name, units, weightOf }
  })
}

interface Use {
  readonly name: string
  readonly units: number
  readonly weight: number
}

const ofQueue = (shard: string, { queues }: Config): Use[] =>
  (queues[shard.split('|')[0] ?? '']?.limiters ?? []).map((limiter) => {
    return { name: limiter.name, units: limiter.concurrency, weight: weightIn(limiter, shard) }
  })

/** By the key as ARCHITECTURE has it (`crm|acme|+pool.gpu*2+tag.model`), and not by the product's reading of it. */
function ofLane(shard: string, { pools, tags }: Config): Use[] {
  const [, ...parts] = (shard.split('|')[2] ?? '').split('+')
  return parts.flatMap((part) => {
    const [name = '', weight = '1'] = part.replace('.', '|').split('*')
    const [kind, what = ''] = name.split('|')
    const [key, value] = what.split('=')
    const isIt = (tag: (typeof tags)[number]) =>
      tag.key === key && (kind === 'each' ? tag.each : !tag.each && tag.value === value)
    const units = kind === 'pool' ? pools[what]?.units?.concurrency : tags.find(isIt)?.concurrency
    return units === undefined ? [] : [{ name, units, weight: Number(weight) }]
  })
}
