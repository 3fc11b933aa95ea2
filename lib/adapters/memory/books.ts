/** The books of a plain shard in memory: when they may be written, and what comes of it. */
import { isDeepStrictEqual } from 'node:util'
import { changed, isUnchanged, NO_BOOKS } from '../../core/limits/books.ts'
import { isNew } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { BooksWrite } from '../../ports/store.ts'

/** @param now the state as it stands, `owner` as it was read */
export function mayWriteBooks(now: ShardState, owner: ShardState, write: BooksWrite): boolean {
  const isSameOverride =
    isDeepStrictEqual(now.override, owner.override) && isDeepStrictEqual(now.derived, owner.derived)
  if ((isLimited(write) || isNew(owner)) && now.version !== owner.version) return false
  if ((write.isLending || isNew(owner) || isToStay(owner)) && !isSameOverride) return false
  if ((now.books === undefined) !== (owner.books === undefined)) return false
  if (!isToStay(owner) && owner.expiresAt !== undefined && now.expiresAt === undefined) return false
  return isUnchanged(now.books ?? NO_BOOKS, write)
}

export function withBooks(now: ShardState, owner: ShardState, write: BooksWrite): ShardState {
  const { override } = write
  const stays = override !== undefined || isToStay(owner)
  const expires = !stays && (owner.expiresAt !== undefined || isNew(owner))
  const { expiresAt: _expiresAt, ...staying } = now
  return {
    ...(stays ? staying : now),
    ...(override ? { override: structuredClone(override) } : {}),
    ...(isLimited(write) ? { version: (now.version ?? 0) + 1 } : {}),
    books: changed(now.books ?? NO_BOOKS, structuredClone(write)),
    ...(expires ? { expiresAt: write.expiresAt } : {}),
  }
}

/** Somebody has written an override by hand. */
const isToStay = ({ override, expiresAt }: ShardState): boolean =>
  override !== undefined && expiresAt !== undefined

const isLimited = ({ isLending, isCovered }: BooksWrite): boolean => isLending && !isCovered
