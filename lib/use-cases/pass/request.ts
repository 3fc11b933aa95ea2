/** What a pass is asked for, and what may come of a round of it. */
import type { ShardKey } from '../../core/keys.ts'
import type { Grant } from '../../core/limits/grant.ts'
import type { Claim, Released } from '../../core/pass/decide.ts'
import { isLate } from '../../core/shard/closed.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { GrantedStart, StartCounting } from '../../ports/queues.ts'
import type { SeenShard, Served } from '../lending/served.ts'

export interface PassRequest {
  readonly shard: ShardKey
  /** The slot that a worker gives back. */
  readonly released?: Released
  /** The worker would run the next job itself, until this time at the latest. */
  readonly runUntil?: number
  /** The worker's process runs other jobs meanwhile. */
  readonly shared?: boolean
  /** A wake-up brought this pass, and comes again if it fails. */
  readonly isWoken?: boolean
  /** The `dueAt` for which this pass was woken. */
  readonly wokenFor?: number
  /** Sort keys of items that are new in the table, or changed. */
  readonly arrived?: readonly string[]
  /** Another shard has just given units to this one. */
  readonly isServed?: boolean
  /** What was read just before: of the first round. */
  readonly seen?: SeenShard
  /** Starts of shared rates that are not written down in the shard: of earlier rounds, or one that came too late. */
  readonly granted?: readonly Grant[]
}

/** Something may have arrived, and nobody knows what. */
export const isUncertain = ({ isWoken, wokenFor }: Pick<PassRequest, 'isWoken' | 'wokenFor'>): boolean =>
  isWoken === true && wokenFor === undefined

/** Whoever frees a slot does not look amid the jobs in flight, where a late job may stand. */
export const lateOf = (now: number, { arrived = [] }: PassRequest): string[] =>
  arrived.filter((key) => isLate(key, now))

/** What a round learns from those before it. */
export interface RoundRequest extends PassRequest {
  /** The `dueAt` that an earlier round may have written, without sending its wake-up. */
  readonly uncertain?: number
  /** The round before calls for another, whatever the item says: what there is of units is to be asked for once more. */
  readonly asksAgain?: boolean
}

/** The worker's own next job. */
export interface HandOff {
  readonly claim: Claim
  readonly state: ShardState
  readonly rate?: StartCounting
  readonly granted?: GrantedStart
}

export type Round =
  /** Nothing is left to do for this visit. */
  | { readonly kind: 'over'; readonly served?: Served }
  /** A newer configuration is in force. */
  | { readonly kind: 'replaced' }
  /** To be read again. `uncertain`: a time that may have been written all the same, and whose wake-up nobody sends then. */
  | {
      readonly kind: 'conflict'
      readonly uncertain?: number
      readonly asksAgain?: boolean
      readonly granted?: readonly Grant[]
    }
  | {
      readonly kind: 'written'
      readonly own?: HandOff
      readonly again: boolean
      /** The shard has come to stand in the line, or has got all that it asked for. */
      readonly asksAgain?: boolean
      /** Other shards of the partition that have got units from this one, and now have to be visited. */
      readonly served?: Served
    }
