/** The parts of a pass's write that decide when the shard is looked at again, and when its item may go. */

import type { ShardLimits } from '../../core/limits/limits.ts'
import { rememberedFor } from '../../core/limits/window.ts'
import type { Decision } from '../../core/pass/decide.ts'
import { dueGroupOf } from '../../core/shard/due-groups.ts'
import { keptUntil, mayExpire } from '../../core/shard/expiry.ts'
import type { BorrowedUnits, ShardState } from '../../core/shard/state.ts'
import { MAX_DELAY_MS } from '../../core/times.ts'
import type { PassWrite } from '../../ports/store.ts'

export interface Circumstances {
  readonly limits: ShardLimits
  /** What the shard has borrowed from now on, if that changes. */
  readonly borrowed: BorrowedUnits | undefined
  readonly now: number
  readonly mark: string
}

export function passWrite(
  state: ShardState,
  { change }: Decision,
  { limits, borrowed, now, mark }: Circumstances,
): PassWrite {
  const dueShard = listing(state, change.dueAt, now)
  return {
    ...change,
    mark,
    ...(borrowed ? { borrowed } : {}),
    ...(dueShard === undefined ? {} : { dueShard }),
    ...(mayExpire({ ...state, waiting: change.waiting })
      ? { expiresAt: expiry(change.dueAt, limits, now) }
      : {}),
  }
}

/** A wake-up that a queue can delay needs no listing, which saves the index two writes. */
function listing(state: ShardState, dueAt: number | undefined, now: number): string | undefined {
  if (dueAt === undefined) return undefined
  if (dueAt === state.dueAt) return state.dueShard
  return dueAt - now > MAX_DELAY_MS ? dueGroupOf(state.shard) : undefined
}

function expiry(dueAt: number | undefined, { rateLimit }: ShardLimits, now: number): number {
  return keptUntil(Math.max(now + rememberedFor(rateLimit), dueAt ?? now))
}
