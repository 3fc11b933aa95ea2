/**
 * Makes a schedule of what somebody has put into the table by hand, or dead letters of what can be none. Each write is on condition
 * that the item is still the one that was read: whatever has come in its place has an arrival of its own.
 */
import { deadEvent } from '../../core/job/dead-letter.ts'
import { unknownDelay } from '../../core/queue/unknown.ts'
import { asUnknownSince, definitionByHand, unknownSince } from '../../core/schedule/by-hand.ts'
import { newSchedule } from '../../core/schedule/definition.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import type { RawSchedule } from '../../core/schedule/schedule-item.ts'
import { UNKNOWN_FOR_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import { putWhereAsked } from './put-schedule.ts'
import { OVER, type Rest } from './step.ts'

type AdoptContext = Pick<Context, 'config' | 'store' | 'clock' | 'events' | 'deployment'>

export type Adopted =
  | { readonly kind: 'schedule'; readonly schedule: Schedule }
  | Exclude<Rest, { readonly kind: 'unfit' }>

/** @param item one without a version, as it was read */
export async function adoptSchedule(context: AdoptContext, item: RawSchedule): Promise<Adopted> {
  const { config, clock, deployment } = context
  const now = clock.now()
  const definition = definitionByHand(config, item, now)
  if (definition.ok) {
    const schedule = newSchedule(definition.value, item, now)
    const outcome = await putWhereAsked(context, schedule, item)
    return outcome === 'put' ? { kind: 'schedule', schedule } : OVER
  }
  const mayBeKnown = definition.isUnknown && now - (unknownSince(item) ?? now) < UNKNOWN_FOR_MS
  const isOthers = definition.isUnknown || definition.byConfiguration === true
  if (mayBeKnown || (isOthers && !(await deployment.isAlone())))
    return leaveToNewer(context, item, definition.reason)
  await refuse(context, item, definition.reason)
  return OVER
}

/** The note brings its item to the stream once more, and from there by messages: so whoever writes it does nothing else. */
async function leaveToNewer(
  { store, clock, events }: AdoptContext,
  item: RawSchedule,
  reason: string,
): Promise<Adopted> {
  const now = clock.now()
  const since = unknownSince(item)
  if (since !== undefined) return { kind: 'later', at: now + unknownDelay(since, now) }
  const outcome = await store.schedules.put(asUnknownSince(item, now), item)
  if (outcome === 'put') events.emit({ kind: 'schedule left to newer', schedule: item.pk, reason })
  return OVER
}

async function refuse(
  { store, clock, events }: AdoptContext,
  item: RawSchedule,
  reason: string,
): Promise<void> {
  const queue = typeof item['queue'] === 'string' ? item['queue'] : ''
  const letter = deadEvent({ queue, id: item.pk, event: item }, reason, clock.now())
  const outcome = await store.schedules.bury(item, letter)
  if (outcome === 'buried') events.emit({ kind: 'schedule refused', schedule: item.pk, reason })
}
