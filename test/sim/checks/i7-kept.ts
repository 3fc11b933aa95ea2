/**
 * I7: what a lane that has been served keeps of a pool or a tag while its partition's rate has no start for it. Others cannot
 * have it: it is the next there, and its start comes within a period. A kept unit behind which no such wait stands is not
 * counted, so that one that is kept for nothing is seen.
 */
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import { ownerOf } from './keys.ts'

/** @param name as `coveringOf` names it */
export function keptForStarts({ states }: Tables, name: string): number {
  const limiter = limiterOf(name)
  let kept = 0
  for (const { shard, slots, borrowedFrom } of states.values()) {
    const units = borrowedFrom?.[limiter as keyof typeof borrowedFrom]?.slots
    if (!units || Object.keys(slots).length > 0) continue
    const [, , lane = ''] = shard.split('|')
    const line = states.get(ownerOf(shard))?.books?.starts.line ?? {}
    if (lane.includes('+') && line[lane] !== undefined) kept += units.got - units.returned
  }
  return kept
}

/** By the documentation of its item's key. */
function limiterOf(name: string): string {
  const [, key, value, each] = /^tag (\S+) (\S*) (?:each (.*))?$/.exec(name) ?? []
  if (key === undefined) return name
  if (each !== undefined) return `each|${key}=${encodeURIComponent(each)}`
  return value === '' ? `tag|${key}` : `tag|${key}=${value}`
}
