/** A partition, a total or a pool starts nothing for a while, because a person has said so. */

import type { Changed } from '../core/limits/change.ts'
import { type LimiterId, limiterKey } from '../core/limits/queue-limiter.ts'
import type { SlowDown } from '../core/limits/slow-down.ts'
import type { Duration } from '../core/text/duration.ts'
import { slowLimiter } from '../use-cases/operate/set-limiter.ts'
import { slowPartition } from '../use-cases/operate/slow-down.ts'
import { ownerOfPlace, placeNamed } from './admin.ts'
import { limiterOf } from './known-limiters.ts'
import { type LimitsNote, toNote, toSlowDown } from './limits-input.ts'
import type { Wiring } from './wiring.ts'

export type SlowDownEnd = Date | Duration | null

export interface SlowDowns<QueueName extends string = string, Id extends LimiterId = LimiterId> {
  /**
   * Slows one partition down: it starts nothing before `until` (a date, or a duration from now; between a second and a day),
   * and goes on by itself then. What runs already goes on. `null` ends that now, and wakes what
   * waits: where jobs wait in shards that no item names, the call reads the State table, after two seconds. The note is kept until it ends, and is in the line that
   * the client logs. A handler does the same by throwing a
   * `RetryAfterError`.
   * @example await client.slowDown('crm', 'acme', '10m', { by: 'ann@example.com', reason: 'their nightly backup' })
   * @throws InvalidJobError if there is no such queue or partition, ConfigurationError if `until` or `note` makes no sense:
   *   both before anything is written
   */
  slowDown(
    queue: QueueName,
    partition: string | undefined,
    until: SlowDownEnd,
    note?: LimitsNote,
  ): Promise<void>
  /**
   * The same for a total or a pool: nothing that needs it starts before `until`, in any queue.
   * @example await client.slowDown({ pool: 'hubspot' }, '10m', { by: 'ann@example.com', reason: 'their incident' })
   * @throws InvalidJobError if no queue has such a total or pool
   */
  slowDown(limiter: Id, until: SlowDownEnd, note?: LimitsNote): Promise<void>
  /** What slows a partition, a total or a pool down now, or `undefined`. */
  slowedDown(queue: QueueName, partition: string | undefined): Promise<SlowDown | undefined>
  slowedDown(limiter: Id): Promise<SlowDown | undefined>
}

type Said = readonly [partition: string | undefined, until: SlowDownEnd, note?: LimitsNote]
type SaidOfLimiter = readonly [until: SlowDownEnd, note?: LimitsNote]

export const slowDownsOf = (wiring: Wiring): SlowDowns => {
  function slowDown(queue: string, ...said: Said): Promise<void>
  function slowDown(limiter: LimiterId, ...said: SaidOfLimiter): Promise<void>
  async function slowDown(what: string | LimiterId, ...said: Said | SaidOfLimiter): Promise<void> {
    if (typeof what === 'string') return ofPartition(wiring, what, said as Said)
    await ofLimiter(wiring, what, said as SaidOfLimiter)
  }
  function slowedDown(queue: string, partition: string | undefined): Promise<SlowDown | undefined>
  function slowedDown(limiter: LimiterId): Promise<SlowDown | undefined>
  async function slowedDown(what: string | LimiterId, partition?: string) {
    const owner =
      typeof what === 'string' ? ownerOfPlace(placeNamed(wiring, what, partition)) : keyOf(wiring, what)
    const { slowed } = (await wiring.store.states.read(owner)) ?? {}
    return slowed && slowed.until > wiring.clock.now() ? slowed : undefined
  }
  return { slowDown, slowedDown }
}

const keyOf = ({ config }: Wiring, id: LimiterId) => limiterKey(limiterOf(config, id).name)

async function ofPartition(wiring: Wiring, name: string, [named, until, note = {}]: Said): Promise<void> {
  const slow = toSlowDown(until, note, wiring.clock.now())
  const place = placeNamed(wiring, name, named)
  const { config, store, clock } = wiring
  await slowPartition({ config, store, clock, wake: wiring.wake() }, place.queue, place.partition, slow)
  tell(wiring, { shard: ownerOfPlace(place) }, slow, note)
}

async function ofLimiter(wiring: Wiring, id: LimiterId, [until, note = {}]: SaidOfLimiter): Promise<void> {
  const { config, store, clock } = wiring
  const slow = toSlowDown(until, note, clock.now())
  const { name } = limiterOf(config, id)
  await slowLimiter({ config, store, clock, wake: wiring.wake() }, name, slow)
  tell(wiring, { limiter: name }, slow, note)
}

const tell = ({ events }: Wiring, of: Changed, slow: SlowDown | undefined, note: LimitsNote): void =>
  events.emit({
    kind: 'changed by hand',
    of,
    change: slow ? { kind: 'slowed down', until: slow.until } : { kind: 'slowed down no more' },
    note: toNote(note),
  })
