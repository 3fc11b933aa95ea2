/** What a person has changed at run time. Whatever is taken back keeps no note in its item, so the log is where it is found later. */
import type { ShardKey } from '../keys.ts'
import type { AppRate } from './derived.ts'
import type { LimiterName } from './limiter-name.ts'
import type { LimitOverride } from './limits.ts'

export type Note = Pick<LimitOverride, 'by' | 'reason'>

/** Of what: a whole queue, one of its partitions, a total, a pool, a tag or a value of a rate, or an app. */
export type Changed =
  | { readonly queue: string }
  | { readonly shard: ShardKey }
  | { readonly limiter: LimiterName }
  | { readonly app: string }

export type Change =
  | { readonly kind: 'set'; readonly limits: Omit<LimitOverride, keyof Note> }
  | { readonly kind: 'rate set'; readonly rate: AppRate }
  /** How many jobs there may be of it, put and not yet ended. */
  | { readonly kind: 'size set'; readonly max: number }
  | { readonly kind: 'size as configured' }
  /** What somebody has set is removed. */
  | { readonly kind: 'as configured' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  /** Until then, epoch ms. */
  | { readonly kind: 'slowed down'; readonly until: number }
  | { readonly kind: 'slowed down no more' }

export function changeTo(override: LimitOverride | undefined): Change {
  if (!override) return { kind: 'as configured' }
  const { by: _, reason: __, ...limits } = override
  return { kind: 'set', limits }
}
