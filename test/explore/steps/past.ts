/** What the checks have to know of what has been. */
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { RateLimit } from '../../../lib/core/limits/limits.ts'
import { type Config, queueNamed } from '../../../lib/core/queue/config.ts'
import { ratesOverKey } from '../../../lib/core/queue/covering.ts'
import type { RunOf } from '../process/roles.ts'
import type { Past, State } from '../state/state.ts'
import type { World } from '../world.ts'

/** A shard's partition: a large one has several shards. */
export const partitionOf = (shard: string): string => shard.split('|').slice(0, 2).join('|')

/** The rate of a partition, or one that queues share, by its name. */
export const rateNamed = (config: Config, name: string): RateLimit | undefined =>
  Object.values(config.queues)
    .flatMap(({ rates }) => rates)
    .find((shared) => shared.name === name)?.rateLimit ??
  queueNamed(config, name.split('|')[0] ?? '')?.rateLimit

export function noteBegin(state: State, config: Config, { pk, id, attempt }: RunOf): void {
  const run = `${id} (attempt ${attempt})`
  const { begun, starts } = state.past
  if (begun.has(run)) state.broken = [...state.broken, `I4 ${run} runs twice`]
  const names = [partitionOf(pk), ...ratesOverKey(config, pk as ShardKey).map(({ name }) => name)]
  const times = names.map((name) => [name, [...(starts.get(name) ?? []), state.now]] as const)
  state.past = {
    ...state.past,
    begun: new Set([...begun, run]),
    starts: new Map([...starts, ...times]),
  }
}

export function noteSuccess(state: State, { id }: RunOf): void {
  state.past = { ...state.past, succeeded: new Set([...state.past.succeeded, id]) }
}

/** No window reaches further back, and states that differ in nothing else are one. */
export function forgetStarts(past: Past, { config }: World, now: number): Past {
  if (past.starts.size === 0) return past
  const kept = [...past.starts].flatMap(([name, times]): [string, number[]][] => {
    const rate = rateNamed(config, name)
    const later = rate ? times.filter((time) => time > now - rate.period_ms) : []
    return later.length > 0 ? [[name, later]] : []
  })
  return { ...past, starts: new Map(kept) }
}
