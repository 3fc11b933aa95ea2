/** Whether a queue that may be full has room for one more job, as its numbers say it now, and where. */
import { DamagedStateError } from '../core/errors.ts'
import { partKey, type Room, type SizeLimit } from '../core/job/counted.ts'
import type { SizeScope } from '../core/job/counted-in.ts'
import type { JobItem } from '../core/job/job.ts'
import { parseShard } from '../core/keys.ts'
import { findRoom, limitInForce } from '../core/limits/queue-size.ts'
import { QueueFullError } from '../core/queue/full.ts'
import { decodePartition } from '../core/text/partition-value.ts'
import type { Store } from '../ports/store.ts'

/** Where the job counts, and what has to be so when it is put. */
interface Place {
  readonly parts: readonly (readonly [SizeScope, number])[]
  readonly rooms: readonly Room[]
}

export type LookedForRoom =
  | (Place & { readonly kind: 'room' })
  /** Whoever puts it all the same is refused, unless it is there already. */
  | (Place & { readonly kind: 'full'; readonly error: QueueFullError })
  /** Somebody sets another maximum at this very moment, or has damaged the one that is set. */
  | { readonly kind: 'unknown'; readonly error: DamagedStateError }

/** @param chance from 0 (inclusive) to 1 (exclusive): which of several parts with room */
export async function lookForRoom(
  { history }: Pick<Store, 'history'>,
  { item, sizes }: { readonly item: JobItem; readonly sizes: readonly SizeLimit[] },
  chance: number,
): Promise<LookedForRoom> {
  const numbers = await Promise.all(
    sizes.map(async (configured) => {
      const counts = await history.size(configured.pk)
      return { configured, counts, inForce: limitInForce(configured, counts) }
    }),
  )
  const found: Found[] = []
  for (const { configured, counts, inForce } of numbers) {
    if (inForce.kind === 'unknown') return { kind: 'unknown', error: unknownMaximum(configured, inForce) }
    const { limit } = inForce
    const { size, room } = findRoom(limit, counts, chance)
    found.push(room ? { limit, ...room } : { limit, ...noRoom(limit), full: fullError(item, limit, size) })
  }
  const place: Place = {
    parts: found.map(({ limit, part }) => [limit.scope, part]),
    rooms: found.map(({ room }) => room),
  }
  const error = found.find(({ full }) => full)?.full
  return error ? { ...place, kind: 'full', error } : { ...place, kind: 'room' }
}

interface Found {
  readonly limit: SizeLimit
  readonly part: number
  readonly room: Room
  readonly full?: QueueFullError
}

/** No write gets past it. */
const noRoom = ({ pk }: SizeLimit): { readonly part: number; readonly room: Room } => ({
  part: 0,
  room: { ...partKey(pk, 0), most: 0 },
})

const unknownMaximum = ({ pk }: SizeLimit, { problem }: { readonly problem: string }): DamagedStateError =>
  new DamagedStateError(
    `nobody can read which maximum is set in ${pk} of the History table: set it again by setMaxQueueSize (${problem})`,
  )

function fullError({ pk }: JobItem, { scope, max, set }: SizeLimit, size: number): QueueFullError {
  const shard = parseShard(pk)
  const { queue = pk, partition = undefined } = shard.ok ? shard.value : {}
  return new QueueFullError(
    {
      queue,
      ...(scope === 'partition' && partition !== undefined ? { partition: decodePartition(partition) } : {}),
    },
    { size, max, ...(set?.max === undefined ? {} : { set }) },
  )
}
