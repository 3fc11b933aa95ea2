/** Grants that were over before their jobs could start. */
import { type Grant, isOnRecord } from './grant.ts'

const LAPSES_MS = 100

export const lengthOf = ({ at, until }: Grant): number => until - at

export const longestLapsed = (grants: readonly Grant[], now: number): Grant | undefined =>
  grants
    .filter(({ until }) => until < now + LAPSES_MS)
    .toSorted((one, other) => lengthOf(other) - lengthOf(one))[0]

/**
 * While the job lacks something else, the shard only remembers how long it had. Otherwise a slot that is lost with each start
 * that comes too late would make the next one as short again.
 */
export const remembered = (lapsed: Grant): Grant => (isOnRecord(lapsed) ? { ...lapsed, keys: {} } : lapsed)
