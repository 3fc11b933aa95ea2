/** What the checks have to know of what has been. */
import { queueNamed } from '../../../lib/core/queue/config.ts'
import type { RunOf } from '../process/roles.ts'
import type { Past, State } from '../state/state.ts'
import type { World } from '../world.ts'

/** A shard's partition: a large one has several shards. */
export const partitionOf = (shard: string): string => shard.split('|').slice(0, 2).join('|')

export function noteBegin(state: State, { pk, id, attempt }: RunOf): void {
  const run = `${id} (attempt ${attempt})`
  const { begun, starts } = state.past
  if (begun.has(run)) state.broken = [...state.broken, `I4 ${run} runs twice`]
  const partition = partitionOf(pk)
  const times = [...(starts.get(partition) ?? []), state.now]
  state.past = {
    ...state.past,
    begun: new Set([...begun, run]),
    starts: new Map([...starts, [partition, times]]),
  }
}

export function noteSuccess(state: State, { id }: RunOf): void {
  state.past = { ...state.past, succeeded: new Set([...state.past.succeeded, id]) }
}

/** No window reaches further back, and states that differ in nothing else are one. */
export function forgetStarts(past: Past, { config }: World, now: number): Past {
  if (past.starts.size === 0) return past
  const kept = [...past.starts].flatMap(([partition, times]): [string, number[]][] => {
    const rate = queueNamed(config, partition.split('|')[0] ?? '')?.rateLimit
    const later = rate ? times.filter((time) => time > now - rate.period_ms) : []
    return later.length > 0 ? [[partition, later]] : []
  })
  return { ...past, starts: new Map(kept) }
}
