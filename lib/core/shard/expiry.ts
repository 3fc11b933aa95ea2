/** When a state item may go. One where jobs wait, or with an override, stays. */

import type { RateLimit } from '../limits/limits.ts'
import { rememberedFor } from '../limits/window.ts'
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

/**
 * Until when the books are kept, at least: for as long as any shard remembers a start that it has made by them. They never
 * go earlier than the plain shard's own pass has asked for. Epoch seconds.
 */
export const booksKeptUntil = (
  { expiresAt = 0 }: Pick<ShardState, 'expiresAt'>,
  rate: RateLimit | undefined,
  now: number,
): number => Math.max(expiresAt, keptUntil(now + rememberedFor(rate)))

/** Whether an item that may go is half way there, although its books are in use. */
export const isTouchedLongAgo = (
  { books, expiresAt }: Pick<ShardState, 'books' | 'expiresAt'>,
  rate: RateLimit | undefined,
  now: number,
): boolean =>
  books !== undefined &&
  expiresAt !== undefined &&
  expiresAt < keptUntil(now + rememberedFor(rate) - STATE_KEPT_MS / 2)
