/** What a pass sends after its write: claims to the workers, and one wake-up. */

import { keyOf } from '../../core/job/job.ts'
import type { JobKey, ShardKey } from '../../core/keys.ts'
import type { SharedStarts } from '../../core/limits/grant.ts'
import { plannedRate, type ShardLimits } from '../../core/limits/limits.ts'
import { bucketWidth, rememberedFor } from '../../core/limits/window.ts'
import type { ArrangedWake, Decision } from '../../core/pass/decide.ts'
import { isRunning, positionOf, type ShardState, type Slot } from '../../core/shard/state.ts'
import type { StartCounting, WorkMessage } from '../../ports/queues.ts'
import type { Context } from '../context.ts'
import { arrangeWake, wakeSoon } from '../wake.ts'
import { grantedAgain, grantedStart } from './shared-starts.ts'

/** A claim is on record before it is sent: what cannot be sent now is sent again by a later pass. */
export async function sendWork({ work, events }: Context, messages: readonly WorkMessage[]): Promise<void> {
  try {
    if (messages.length > 0) await work.send(messages)
  } catch (error) {
    events.emit({ kind: 'claims not sent', jobs: messages.length, error })
  }
}

/** The time is on record before the wake-up is sent: what cannot be sent now is found by the sweep. */
export async function sendWake(
  context: Context,
  shard: ShardKey,
  wake: ArrangedWake | undefined,
  now: number,
): Promise<void> {
  try {
    if (wake) await arrangeWake(context, shard, wake, now)
  } catch (error) {
    context.events.emit({ kind: 'wake-up not sent', shard, error })
  }
}

/** What could not be done now is done by another visit, which asks for everything anew. */
export async function lookSoon(context: Context, shard: ShardKey): Promise<void> {
  try {
    await wakeSoon(context, shard)
  } catch (error) {
    context.events.emit({ kind: 'wake-up not sent', shard, error })
  }
}

/**
 * How a worker has to count the start of a job whose shard has a rate. By that rate, for all that a throttle takes away:
 * a start counts in the window that holds when the throttle has eased, too.
 */
export function startCounting(limits: ShardLimits): { readonly rate?: StartCounting } {
  const { rateLimit } = limits
  if (!rateLimit) return {}
  const { margin_ms } = rateLimit
  return {
    rate: { bucket_ms: bucketWidth(plannedRate(limits)), margin_ms, kept_ms: rememberedFor(rateLimit) },
  }
}

export function messagesOf(
  state: ShardState,
  { claims, change }: Decision,
  now: number,
  counting: { readonly rate?: StartCounting; readonly shared?: SharedStarts },
): WorkMessage[] {
  const { shared, ...rate } = counting
  const fresh = claims.flatMap((claim) => {
    const { job, slot, startAt, waits_ms } = claim
    if (isRunning(slot)) return []
    const ahead = { ...(startAt > now ? { startAt } : {}), ...(waits_ms ? { waits_ms } : {}) }
    return [{ ...messageOf(job.key, slot), ...ahead, ...rate, ...grantedStart(claim, shared) }]
  })
  const again = change.resend.flatMap(({ id }) => {
    const slot = state.slots[id]
    if (!slot) return []
    const granted = grantedAgain('startBy' in slot ? slot.startBy : undefined)
    // That is over, and tells the worker how old the claim is.
    const since = isRunning(slot) ? {} : { startAt: slot.sentAt }
    return [{ ...messageOf(keyOf(state.shard, positionOf(id, slot)), slot), ...since, ...rate, ...granted }]
  })
  return [...fresh, ...again]
}

const messageOf = (key: JobKey, { token, alone }: Slot): WorkMessage => ({
  ...key,
  token,
  ...(alone ? { alone } : {}),
})
