/**
 * I7: what a lane that has been served keeps of a pool or a tag while its partition's rate has no start for it. Others cannot
 * have it: it is the next there, and its start comes within a period. A kept unit behind which no such wait stands is not
 * counted, so that one that is kept for nothing is seen.
 */
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import { ownerOf } from './keys.ts'

/** @param name as `coveringOf` names it */
export function keptForStarts({ states }: Tables, name: string): number {
  let kept = 0
  for (const { shard, slots, borrowedFrom } of states.values()) {
    const units = borrowedFrom?.[name as keyof typeof borrowedFrom]?.slots
    if (!units || Object.keys(slots).length > 0) continue
    const [, , lane = ''] = shard.split('|')
    const line = states.get(ownerOf(shard))?.books?.starts.line ?? {}
    if (lane.includes('+') && line[lane] !== undefined) kept += units.got - units.returned
  }
  return kept
}
