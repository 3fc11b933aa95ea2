/** The same as `resolve.ts`, for the verbs of `shared-verbs.ts`. */
import type { GrantKey } from '../../lib/core/limits/grant.ts'
import { FAR_S, type Given } from './given.ts'
import { at, bit, type Intent } from './intent.ts'
import { isOneOf } from './is-one-of.ts'
import { BUCKETS, type Names, TIMES } from './names.ts'
import type { SharedOperation } from './shared-verbs.ts'

export const SHARED_KINDS = [
  'grantStarts',
  'grantStarts',
  'grantStarts',
  'settleStart',
  'settleStart',
  'strand',
  'glance',
] as const
export type SharedKind = (typeof SHARED_KINDS)[number]
export const isShared = isOneOf(SHARED_KINDS)

export function resolveShared(
  kind: SharedKind,
  intent: Intent,
  { state, shard }: Given,
  names: Names,
): SharedOperation {
  const { bits, time, other } = intent
  switch (kind) {
    case 'grantStarts':
      return { op: 'grantStarts', limiter: state, write: grantsOf(intent, Object.keys(state.window)) }
    case 'settleStart': {
      const bucket = bit(bits, 0) ? at(BUCKETS, time) : undefined
      return { op: 'settleStart', limiter: shard, grant: grantFor(intent, state.window), bucket }
    }
    case 'strand': {
      const expiresAt = bit(bits, 1) ? FAR_S + bits : undefined
      return { op: 'strand', state, since: at(TIMES, time), expiresAt }
    }
    case 'glance':
      return { op: 'glance', shards: names.shards.slice(0, 1 + (other % names.shards.length)) }
  }
}

/** The keys of grants are nobody else's. */
const grantKey = (n: number): string => String(1000 + (n % 8))

function grantsOf({ bits, token, other }: Intent, standing: readonly string[]) {
  const take = [0, 1, 2]
    .filter((n) => bit(bits, n))
    .map((n): GrantKey => [grantKey(token + n), 1 + ((other + n) % 3)])
  const taken = take.map(([key]) => key)
  return {
    take,
    drop: standing.filter((key, n) => bit(bits, 3 + (n % 4)) && !taken.includes(key)),
    expiresAt: FAR_S + bits,
  }
}

/** Mostly one that stands there: as it does, or with other units. */
function grantFor({ other, token }: Intent, window: Readonly<Record<string, number>>): GrantKey {
  const granted = Object.entries(window).filter(([key]) => !BUCKETS.includes(key))
  const [key, units] = token < 8 && granted.length > 0 ? at(granted, other) : [grantKey(token), 1]
  return [key, token < 7 ? units : units + 1]
}
