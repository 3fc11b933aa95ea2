/** The start of a shared rate that a job has been granted: whether it comes in time, and when it was. */

import type { Job } from '../../core/job/job.ts'
import { limiterKey } from '../../core/limits/queue-limiter.ts'
import { bucketOf } from '../../core/limits/window.ts'
import type { GrantedStart } from '../../ports/queues.ts'
import type { Context } from '../context.ts'

/** A job that would start later would be one too many in some window. */
export const isGrantOver = (granted: GrantedStart | undefined, startedAt: number): boolean =>
  granted !== undefined && startedAt > granted.until

/** The item was changed since it was claimed, and would count as something else. */
export const isOfAnotherCost = (granted: GrantedStart | undefined, { cost }: Pick<Job, 'cost'>): boolean =>
  granted !== undefined && granted.cost !== cost

/** The pass that gives the job back learns how long it would have needed: the next one is granted longer. */
export function lapsedOf({ clock }: Pick<Context, 'clock'>, granted: GrantedStart | undefined) {
  const now = clock.now()
  return granted && now > granted.until ? { granted: [{ at: granted.at, until: now, keys: {} }] } : {}
}

/** Just before the handler begins: the write may have taken long. */
export const isGrantLate = ({ clock }: Pick<Context, 'clock'>, granted: GrantedStart | undefined): boolean =>
  granted !== undefined && clock.now() > granted.until + granted.late_ms

/**
 * The limiters remember the start under the time at which the handler begins, so that they forget it earlier. Nothing
 * depends on it, and it costs the handler no time.
 */
export async function settleStarts(
  { store }: Pick<Context, 'store'>,
  { granted, begunAt }: { readonly granted: GrantedStart | undefined; readonly begunAt: number },
): Promise<void> {
  const settled = (granted?.settle ?? []).map(({ limiter, grant, bucket_ms }) =>
    store.states.settleStart(limiterKey(limiter), grant, bucketOf(begunAt, bucket_ms)),
  )
  await Promise.allSettled(settled)
}
