/** A queue, a partition, a pool or a tag is paused by a person, and resumed, whatever limits are set for it meanwhile. */
import { InvalidJobError } from '../core/errors.ts'
import type { Change, Changed, Note } from '../core/limits/change.ts'
import { paused, resumed } from '../core/limits/pause.ts'
import type { LimiterId } from '../core/limits/queue-limiter.ts'
import { isQueuePaused } from '../core/queue/queue-pauses.ts'
import { type Said, saidOf } from '../core/why/said.ts'
import { pauseQueue, resumeQueue } from '../use-cases/operate/pause-queue.ts'
import { amendLimiter } from '../use-cases/operate/set-limiter.ts'
import { amendLimits } from '../use-cases/operate/set-limits.ts'
import { ownerOfPlace, placeNamed } from './admin.ts'
import { limiterOf } from './known-limiters.ts'
import { queueOf } from './known-queue.ts'
import { type LimitsNote, toNote } from './limits-input.ts'
import { checkProgress } from './progress.ts'
import type { Wiring } from './wiring.ts'

/** A whole queue, or one of its partitions; or a pool or a tag. A total is paused with its queue. */
export type PauseTarget<QueueName extends string = string, Id extends LimiterId = LimiterId> =
  | { readonly queue: QueueName; readonly partition?: string }
  | Exclude<Id, { readonly total: unknown }>

/** Who resumes it, and why: in the line that the client logs, for the note of the pause goes with it. */
export interface ResumeOptions extends LimitsNote {
  /** Called for a whole queue, after every few hundred state items: so many shards have been woken so far. */
  readonly onProgress?: (woken: number) => void
}

export interface PausedQueue extends Said {
  readonly queue: string
}

export interface Pauses<QueueName extends string = string, Id extends LimiterId = LimiterId> {
  /**
   * Nothing of it starts any more; what runs already runs to its end. When it returns, nothing more is admitted: for a whole queue
   * that is after two seconds, when every function has noticed. What was admitted just before may start for two seconds more. The note stands in `why` and `stats`, and in the line that the client logs. Limits that are set meanwhile
   * are in force when it is resumed. A queue and its partitions are paused each by itself, and no deploy resumes anything.
   * @example await admin.pause({ queue: 'crm' }, { by: 'ann@example.com', reason: 'they migrate' })
   * @example await admin.pause({ queue: 'crm', partition: 'acme' }, { by: 'ann@example.com' })
   * @example await admin.pause({ pool: 'hubspot' }, { by: 'ann@example.com', reason: 'their incident' })
   * @throws InvalidJobError if there is no such queue, partition, pool or tag, ConfigurationError for a note that makes no
   *   sense: both before anything is written
   */
  pause(target: PauseTarget<QueueName, Id>, note?: LimitsNote): Promise<void>
  /**
   * Takes back a pause, and nothing else: the limits that somebody has set, or else the configured ones, are in force again, and what
   * waits is woken. A limit of 0 stays one. For a whole queue that reads the State table; if it dies, call it again: it goes on where
   * it was, and the sweep finds what nobody has woken.
   * @example await admin.resume({ queue: 'crm' }, { by: 'ann@example.com', reason: 'they have migrated' })
   */
  resume(target: PauseTarget<QueueName, Id>, options?: ResumeOptions): Promise<void>
  /** The queues that are paused as a whole, by whom, and why. One read. */
  pausedQueues(): Promise<readonly PausedQueue[]>
}

export const pausesOf = (wiring: Wiring): Pauses => ({
  pause: async (target, note = {}) => {
    const said = toNote(note)
    const queue = wholeQueue(wiring, target)
    if (queue === undefined) return amendTarget(wiring, target, { kind: 'paused', note: said })
    await pauseQueue(wiring, queue, said)
    tell(wiring, { queue }, { kind: 'paused', note: said })
  },
  resume: async (target, options) => {
    const { onProgress, ...note } = options ?? {}
    checkProgress(onProgress)
    const said = toNote(note)
    const queue = wholeQueue(wiring, target)
    if (queue === undefined) return amendTarget(wiring, target, { kind: 'resumed', note: said })
    const { isReplaced } = await resumeQueue({ ...wiring, wake: wiring.wake() }, queue, onProgress)
    if (!isReplaced) tell(wiring, { queue }, { kind: 'resumed', note: said })
  },
  pausedQueues: async () =>
    [...(await wiring.store.states.queueSettings()).pauses].flatMap(([queue, pause]) =>
      isQueuePaused(pause) ? [{ queue, ...saidOf(pause) }] : [],
    ),
})

/** @throws InvalidJobError if there is no such queue, or nothing is named */
function wholeQueue({ config }: Wiring, target: PauseTarget): string | undefined {
  if (typeof target !== 'object' || target === null)
    throw new InvalidJobError(
      "name what is meant: { queue: 'name' }, and there partition, or a pool or a tag",
    )
  if (!('queue' in target) || target.partition !== undefined) return undefined
  return queueOf(config, target.queue).name
}

interface Act {
  readonly kind: Extract<Change['kind'], 'paused' | 'resumed'>
  readonly note: Note
}

const tell = ({ events }: Wiring, of: Changed, { kind, note }: Act): void =>
  events.emit({ kind: 'changed by hand', of, change: { kind }, note })

async function amendTarget(wiring: Wiring, target: PauseTarget, act: Act): Promise<void> {
  const { config, store, clock } = wiring
  const change = act.kind === 'paused' ? paused(act.note) : resumed
  if ('queue' in target) {
    const place = placeNamed(wiring, target.queue, target.partition)
    await amendLimits({ store, clock, wake: wiring.wake() }, place.queue, place.partition, change)
    return tell(wiring, { shard: ownerOfPlace(place) }, act)
  }
  if ('total' in target)
    throw new InvalidJobError('a total is paused with its queue: name the queue, and no partition')
  const { name } = limiterOf(config, target)
  await amendLimiter({ store, clock, wake: wiring.wake() }, name, change)
  tell(wiring, { limiter: name }, act)
}
