/** What the observer knows of a job: what was accepted, under which keys it stood, and who ran it. */
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { AttemptEnd } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'

/** What was accepted by one put, through all its attempts and moves. */
export interface Lineage {
  readonly number: number
  readonly malformed: boolean
  /** Which attempt its owner said that it was. */
  readonly firstAttempt: number
  /** How often an attempt was replaced by the next. */
  retries: number
  /** How often it was moved into another lane. */
  moves: number
  /** The last three are its owner's doing: one that was superseded has left its unique key to another. */
  end?: 'done' | 'exhausted' | 'refused' | 'expired' | 'cancelled' | 'replaced' | 'withdrawn' | 'superseded'
  endedAt?: number
  readonly acceptedAt: number
}

/** One item under one key: one attempt of a job, or the same attempt at another home. */
export interface Standing {
  readonly lineage: Lineage
  readonly item: RawItem
  readonly content: string
  readonly pk: string
  readonly sk: string
  readonly id: string
  readonly priority: number
  readonly runAt: number
  readonly attempt: number
  readonly since: number
  /** Claims of this very item that were turned into attempts. */
  starts: number
  /** Who turned claims of it into attempts: by a message, or by a hand-off within the invocation. */
  starters: { readonly by: Invocation; readonly handedOff: boolean }[]
  attempts: AttemptTruth[]
  /** Somebody has cancelled it, and it stands there still. */
  cancelled?: object
}

export interface AttemptTruth {
  readonly by: Invocation
  readonly standing: Standing | undefined
  readonly pk: string
  readonly sk: string
  readonly id: string
  readonly partition: string
  readonly startedAt: number
  /** When its slot was taken. */
  readonly claimedAt: number
  /** Which call of a handler it is part of: a batch is one. */
  readonly call: number
  end?: AttemptEnd
  endedAt?: number
}
