/** Puts a job whose queue may be full: first the numbers of jobs that are there, then the job, if they still leave room. */

import { EnqueueIncompleteError } from '../core/errors.ts'
import { type Room, type SizeLimit, withParts } from '../core/job/counted.ts'
import type { SizeScope } from '../core/job/counted-in.ts'
import type { JobItem } from '../core/job/job.ts'
import type { NewItem } from '../core/job/one-only.ts'
import { parseShard } from '../core/keys.ts'
import { findRoom } from '../core/limits/queue-size.ts'
import { QueueFullError } from '../core/queue/full.ts'
import { stableHash } from '../core/text/hash.ts'
import { decodePartition } from '../core/text/partition-value.ts'
import type { Store, UniqueOutcome } from '../ports/store.ts'

type Sizes = Pick<Store, 'history'>
export type Settled = Exclude<UniqueOutcome, { readonly kind: 'busy' | 'locked' }>
type Put = (item: JobItem, rooms: readonly Room[]) => Promise<Settled>

/** Each time somebody else was quicker, and so has put a job. */
const MAX_ROUNDS = 100

/**
 * @param put puts the item, if there is room
 * @throws QueueFullError if there was none when the call was made, or later
 */
export async function ifThereIsRoom(
  store: Sizes,
  job: NewItem & { readonly sizes: readonly SizeLimit[] },
  put: Put,
): Promise<Settled> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = await look(store, job, chanceOf(job.item, round))
    // A job that may be there already is looked for: who asks again is not told that there is no room for it.
    if (found.full && !mayBeThere(job)) throw found.full
    const outcome = await put(withParts(job.item, found.parts), found.rooms)
    if (outcome.kind !== 'full') return outcome
    if (found.full) throw found.full
  }
  throw new EnqueueIncompleteError([job.item])
}

/** Each job begins elsewhere, so that they are not in each other's way. */
const chanceOf = ({ sk }: JobItem, round: number): number => stableHash(`${sk} ${round}`) / 2 ** 32

const mayBeThere = ({ receipt, lock, isNamed }: NewItem): boolean =>
  isNamed === true || (receipt ?? lock) !== undefined

interface Looked {
  readonly parts: readonly (readonly [SizeScope, number])[]
  readonly rooms: readonly Room[]
  readonly full?: QueueFullError
}

async function look(
  { history }: Sizes,
  { item, sizes }: { readonly item: JobItem; readonly sizes: readonly SizeLimit[] },
  chance: number,
): Promise<Looked> {
  const found = await Promise.all(
    sizes.map(async (limit) => {
      const { size, room } = findRoom(limit, await history.size(limit.pk), chance)
      const none = { part: 0, room: { pk: limit.pk, sk: '00', most: 0 } }
      return { limit, ...(room ?? none), ...(room ? {} : { full: fullError(item, limit, size) }) }
    }),
  )
  const full = found.find((one) => one.full)?.full
  return {
    parts: found.map(({ limit, part }) => [limit.scope, part]),
    rooms: found.map(({ room }) => room),
    ...(full ? { full } : {}),
  }
}

function fullError({ pk }: JobItem, { scope, max }: SizeLimit, size: number): QueueFullError {
  const shard = parseShard(pk)
  const { queue = pk, partition = undefined } = shard.ok ? shard.value : {}
  return new QueueFullError(
    {
      queue,
      ...(scope === 'partition' && partition !== undefined ? { partition: decodePartition(partition) } : {}),
    },
    size,
    max,
  )
}
