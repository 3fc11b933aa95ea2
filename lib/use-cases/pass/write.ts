/** The parts of a pass's write that decide when the shard is looked at again, and when its item may go. */

import { isDeepEqual } from '../../core/deep-equal.ts'
import { AT_EASE } from '../../core/limits/adaptive.ts'
import type { ShardLimits } from '../../core/limits/limits.ts'
import type { Throttling } from '../../core/limits/throttled.ts'
import { rememberedFor } from '../../core/limits/window.ts'
import type { Decision, Released } from '../../core/pass/decide.ts'
import { dueGroupOf } from '../../core/shard/due-groups.ts'
import { keptUntil, mayExpire } from '../../core/shard/expiry.ts'
import type { BorrowedFrom, BorrowedUnits, ShardState } from '../../core/shard/state.ts'
import { MAX_DELAY_MS } from '../../core/times.ts'
import type { PassWrite } from '../../ports/store.ts'
import { grantedAfter } from './shared-starts.ts'

export interface Circumstances {
  readonly limits: ShardLimits
  /** What the shard has borrowed from now on, if that changes. */
  readonly borrowed?: BorrowedUnits
  readonly borrowedFrom?: BorrowedFrom
  /** What a plain shard keeps for its next job from now on, if that changes. */
  readonly keepsNext?: PassWrite['keepsNext']
  readonly now: number
  readonly mark: string
  /** The slot that a worker gives back with this pass. */
  readonly released?: Released
  /** By what outcomes its limits are stretched. */
  readonly throttling?: Throttling
}

export function passWrite(
  state: ShardState,
  { change }: Decision,
  { limits, borrowed, borrowedFrom, keepsNext, now, mark, released, throttling }: Circumstances,
): PassWrite {
  const dueShard = listing(state, change.dueAt, now)
  return {
    ...change,
    mark,
    ...(borrowed ? { borrowed } : {}),
    ...(borrowedFrom ? { borrowedFrom } : {}),
    ...(keepsNext ? { keepsNext } : {}),
    ...slowedBy(state, released, now),
    ...(throttling && isNews(state, throttling) ? { throttling } : {}),
    ...grantedAfter(state, limits),
    ...(dueShard === undefined ? {} : { dueShard }),
    ...(mayExpire({ ...state, waiting: change.waiting })
      ? { expiresAt: expiry(Math.max(change.dueAt ?? now, state.slowed?.until ?? now), limits, now) }
      : {}),
  }
}

const isNews = ({ adaptive, outcomes }: ShardState, throttling: Throttling): boolean =>
  outcomes !== undefined || !isDeepEqual(adaptive ?? AT_EASE, throttling.adaptive)

/** A wake-up that a queue can delay needs no listing, which saves the index two writes. */
function listing(state: ShardState, dueAt: number | undefined, now: number): string | undefined {
  if (dueAt === undefined) return undefined
  if (dueAt === state.dueAt) return state.dueShard
  return dueAt - now > MAX_DELAY_MS ? dueGroupOf(state.shard) : undefined
}

function expiry(lastsUntil: number, { rateLimit }: ShardLimits, now: number): number {
  return keptUntil(Math.max(now + rememberedFor(rateLimit), lastsUntil))
}

/** What a handler has asked for just now is in the state already; what is over is removed. */
function slowedBy(
  { slowed }: ShardState,
  released: Released | undefined,
  now: number,
): Pick<PassWrite, 'slowed'> {
  if (!slowed) return {}
  if (slowed.until <= now) return { slowed: 'over' }
  return released?.slow ? { slowed } : {}
}
