/** A partition, a total or a pool is paused by a person, and resumed, whatever limits are set for it meanwhile. */
import { type Pause, paused, resumed } from '../core/limits/pause.ts'
import type { LimiterId } from '../core/limits/queue-limiter.ts'
import type { Amendment } from '../use-cases/operate/amend.ts'
import { amendLimiter } from '../use-cases/operate/set-limiter.ts'
import { amendLimits } from '../use-cases/operate/set-limits.ts'
import { placeNamed } from './admin.ts'
import { limiterOf } from './limiters.ts'
import { type LimitsNote, toNote } from './limits-input.ts'
import type { Wiring } from './wiring.ts'

/** A partition, or a queue without a partition rule; or a total, which pauses its queue; or a pool. */
export type PauseTarget<QueueName extends string = string> =
  | { readonly queue: QueueName; readonly partition?: string }
  | LimiterId

export interface Pauses<QueueName extends string = string> {
  /**
   * Nothing of it starts any more; what runs already runs to its end. When it returns, nothing more is admitted. The note stands in
   * `why` and `stats`. Limits that are set meanwhile are in force when it is resumed.
   * @example await admin.pause({ queue: 'crm', partition: 'acme' }, { by: 'ann@example.com', reason: 'they migrate' })
   * @example await admin.pause({ pool: 'hubspot' }, { by: 'ann@example.com', reason: 'their incident' })
   * @throws InvalidJobError if there is no such queue, partition, total or pool, ConfigurationError for a note that makes no
   *   sense: both before anything is written
   */
  pause(target: PauseTarget<QueueName>, note?: LimitsNote): Promise<void>
  /**
   * Takes back a pause, and nothing else: the limits that somebody has set, or else the configured ones, are in force again, and what
   * waits is woken. A limit of 0 stays one.
   */
  resume(target: PauseTarget<QueueName>): Promise<void>
}

export const pausesOf = <QueueName extends string>(wiring: Wiring): Pauses<QueueName> => ({
  pause: async (target, note = {}) => amendTarget(wiring, target, paused(toNote(note) satisfies Pause)),
  resume: (target) => amendTarget(wiring, target, resumed),
})

async function amendTarget(wiring: Wiring, target: PauseTarget, change: Amendment): Promise<void> {
  const { config, store, clock } = wiring
  if ('queue' in target) {
    const { queue, partition } = placeNamed(wiring, target.queue, target.partition)
    return amendLimits({ store, clock, wake: wiring.wake() }, queue, partition, change)
  }
  const { name } = limiterOf(config, target)
  await amendLimiter({ store, clock, wake: wiring.wake() }, name, change)
}
