/** When a state item may go. One where jobs wait, or with an override, stays. */

import { STATE_KEPT_MS } from '../times.ts'
import type { ShardState } from './state.ts'

export const mayExpire = ({
  override,
  overrideProblem,
  waiting,
}: Pick<ShardState, 'override' | 'overrideProblem' | 'waiting'>): boolean =>
  !override && !overrideProblem && !waiting

/** False for an item that would go although it has to stay (somebody has written an override), or never would go. */
export const isExpiryRight = (state: ShardState): boolean =>
  state.version === undefined && !state.override ? true : (state.expiresAt !== undefined) === mayExpire(state)

/** Whether nothing was there, so that an item that is made for the books alone may go again. */
export const isNew = ({
  version,
  override,
  overrideProblem,
  expiresAt,
}: Pick<ShardState, 'version' | 'override' | 'overrideProblem' | 'expiresAt'>): boolean =>
  version === undefined && !override && !overrideProblem && expiresAt === undefined

/** Epoch seconds, as DynamoDB wants them. */
export const keptUntil = (time: number): number => Math.ceil((time + STATE_KEPT_MS) / 1000)

/** The time for which `keptUntil` was asked. */
export const visitOf = (expiresAt_s: number): number => expiresAt_s * 1000 - STATE_KEPT_MS

/** Whether an item that may go is half way there, although its books are in use. */
export const isTouchedLongAgo = (
  { books, expiresAt }: Pick<ShardState, 'books' | 'expiresAt'>,
  now: number,
): boolean => books !== undefined && expiresAt !== undefined && visitOf(expiresAt) < now - STATE_KEPT_MS / 2
