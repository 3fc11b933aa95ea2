/** A partition that is spread over shards: their keys, jobs in them, and what its plain shard has lent. */

import { DamagedStateError } from '../../lib/core/errors.ts'
import type { JobItem } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import { NO_BOOKS, type Resource } from '../../lib/core/limits/books.ts'
import { lentOut } from '../../lib/core/limits/limiter.ts'
import type { StateStore } from '../../lib/ports/states.ts'
import { asShard, jobItem, SHARD } from './builders.ts'
import type { World } from './world.ts'

export const PLAIN = SHARD
export const shard = (index: number): ShardKey => asShard(`${PLAIN}|${index}`)

export const nameOf = (pk: ShardKey): string => pk.replaceAll('|', '.')

/** @param name what their ids begin with */
export const jobsIn = (pk: ShardKey, count: number, name = nameOf(pk)): JobItem[] =>
  Array.from({ length: count }, (_, n) => jobItem({ id: `${name}-${n}`, pk }))

export const lent = (world: World, resource: Resource = 'slots'): number =>
  lentOut((world.state(PLAIN).books ?? NO_BOOKS)[resource])

/** From now on the shard's item makes no sense. */
export function damage(world: World, pk: ShardKey): void {
  const { states } = world.context.store
  const { read } = states
  const readUndamaged: StateStore['read'] = async (key) => {
    if (key === pk) throw new DamagedStateError('it is damaged', pk)
    return read(key)
  }
  Object.assign(states, { read: readUndamaged })
}
