/** What `enqueue` makes of what it is given: the item of a new job, checked, and what its caller is told. */
import { InvalidJobError, InvalidPayloadError } from '../core/errors.ts'
import { sizesOf } from '../core/job/counted.ts'
import type { JobItem } from '../core/job/job.ts'
import { type NewJob, newJob } from '../core/job/new-job.ts'
import { delayOf, type NewItem, onlyOne } from '../core/job/one-only.ts'
import { type Placed, placeInline, placePayload } from '../core/job/place-payload.ts'
import type { Standing } from '../use-cases/enqueue-once.ts'
import type { Enqueued, EnqueueOptions } from './enqueue-options.ts'
import { type Task, validatePayload } from './task.ts'
import type { Wiring } from './wiring.ts'

interface Preparation extends Pick<Wiring, 'config' | 'clock' | 'keepsPayloads'> {
  readonly nextId: () => string
}

export async function toItem(
  { config, clock, keepsPayloads, nextId }: Preparation,
  task: Task,
  payload: unknown,
  job: EnqueueOptions,
): Promise<Placed & NewItem> {
  const valid = await validatePayload(task, payload)
  if (!valid.ok) throw new InvalidPayloadError(task.name, valid.issues)
  const { id = nextId(), ...rest } = job ?? {}
  // The payload is kept as it was given: the worker's schema transforms it again.
  const now = clock.now()
  const { pools: own, cost = costOf(task, payload), ...asked } = rest
  const delay = delayOf(rest)
  if (!delay.ok) throw new InvalidJobError(delay.reason)
  const item = newJob(
    config,
    {
      ...asked,
      ...delay.value,
      ...poolsOf(task, own),
      cost,
      id,
      queue: task.queue,
      task: task.name,
      payload,
    },
    now,
  )
  if (!item.ok) throw new InvalidJobError(item.reason)
  const only = onlyOne(rest, item.value, nextId(), now)
  if (!only.ok) throw new InvalidJobError(only.reason)
  const placed = keepsPayloads ? placePayload(only.value.item, now) : placeInline(only.value.item)
  if (!placed.ok) throw new InvalidJobError(placed.reason)
  return { ...only.value, ...placed.value, ...sizesOf(config, item.value) }
}

export function costOf({ name, cost }: Task, payload: unknown): number | undefined {
  if (typeof cost !== 'function') return cost
  try {
    return cost(payload)
  } catch (cause) {
    const why = cause instanceof Error ? ` (${cause.message})` : ''
    throw new InvalidJobError(`cost: what task "${name}" has for it threw an error${why}`, { cause })
  }
}

/** What the job says of a pool counts before what its task says. Callers without TypeScript may give anything. */
export function poolsOf(task: Task, own: EnqueueOptions['pools']): Pick<NewJob, 'pools'> {
  if (own !== undefined && (typeof own !== 'object' || own === null)) return { pools: own }
  const all: Partial<Record<string, number>> = { ...task.pools, ...own }
  const given = Object.entries(all).filter(([, weight]) => weight !== undefined)
  return given.length > 0 ? { pools: Object.fromEntries(given) as Record<string, number> } : {}
}

export function enqueued(item: JobItem, there?: Standing): Enqueued {
  const { pk, sk } = there ?? item
  return {
    id: sk.split('#').slice(2).join('#'),
    pk,
    sk,
    ...(there ? { existing: true } : {}),
    ...(there?.replaced ? { replaced: true } : {}),
  }
}
