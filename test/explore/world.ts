/** A small world: who is in it, and what may go wrong in it. Everything else is the product. */
import type { LimiterName } from '../../lib/core/limits/queue-limiter.ts'
import type { Config } from '../../lib/core/queue/config.ts'

export const FAULTS = [
  /** An invocation dies after any of its calls, or before the first. */
  'crash',
  /** The requests of an invocation that dies arrive all the same, at any time after. */
  'straggler',
  /** The effect happened, and the caller gets an error. */
  'replyLost',
  /** The effect happened, the reply got lost, and the SDK sends the request again, at any time after. */
  'sentTwice',
  /** An error without an effect. */
  'refused',
  'handlerFails',
  /** A message is delivered, and comes again. */
  'copied',
  /** A message, or a record of the stream, is never delivered. */
  'lost',
  /** Somebody wakes a shard for no reason, as a sweep that has read old items would. */
  'strayWake',
  /** A time comes although somebody is at work: up to the end of his invocation, or beyond it. */
  'slow',
] as const
export type Fault = (typeof FAULTS)[number]
/** How many of each may still strike. */
export type Faults = Readonly<Record<Fault, number>>

export interface WorldJob {
  readonly id: string
  readonly queue: string
  readonly partition?: string
  /** The shard to put it to, if not the one that the client would choose. */
  readonly pk?: string
  readonly delay_ms?: number
  readonly priority?: number
  /** What it names, so that it lies in a lane. */
  readonly pools?: Readonly<Record<string, number>>
  readonly tags?: Readonly<Record<string, string>>
  /** As how many starts it counts. */
  readonly cost?: number
  /** What rules look at. */
  readonly payload?: Readonly<Record<string, string>>
}

/** A limit of a partition of one shard or more, or of a limiter, that a person sets at any time, once. */
export interface WorldLimit {
  readonly of: LimiterName | { readonly queue: string; readonly partition?: string }
  readonly concurrency?: number
  /** Partition → units of a total that it is guaranteed. */
  readonly guaranteed?: Readonly<Record<string, number>>
}

export interface World {
  readonly name: string
  /** What it is there to show. */
  readonly about: string
  readonly config: Config
  /** Put by a client for each group, which puts its jobs side by side. */
  readonly puts: readonly (readonly WorldJob[])[]
  /** Put before the world begins: the stream is about to bring them. */
  readonly standing: readonly WorldJob[]
  readonly sets?: WorldLimit
  /** A queue that a person pauses at any time, once, and resumes at any time after. */
  readonly pauses?: string
  /** How many invocations of each function there may be simultaneously. */
  readonly dispatchers: number
  readonly workers: number
  /** The worker function's timeout. With less than a job's own and a few seconds, each next job goes by message. */
  readonly worker_ms: number
  /** How far the dispatchers' clocks are ahead of the workers'. */
  readonly ahead_ms: number
  readonly faults: Faults
  /** How often what happens may not be what usually would (`steps/usual.ts`). Absent: always. */
  readonly deviations?: number
  /** Times that may come, beside those that something waits for, if `faults.slow` is not used up: so far from now. */
  readonly delays_ms: readonly number[]
}

const NONE = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Faults

/** Enough for one job after the other in the same invocation, with timeouts of a minute. */
const CHAINING_MS = 70_000

/** What may need a sweep: without these all has to come to rest by itself. */
const HARMFUL: readonly Fault[] = ['crash', 'replyLost', 'refused', 'lost', 'slow']

export const mayNeedSweep = ({ faults }: World): boolean => HARMFUL.some((fault) => faults[fault] > 0)

type Given = Pick<World, 'name' | 'about' | 'config'> &
  Partial<Omit<World, 'faults'>> & { readonly faults?: Partial<Faults> }

/** Two dispatchers and two workers, where nothing goes wrong but what is named. */
export const worldOf = ({ faults, ...given }: Given): World => ({
  puts: [],
  standing: [],
  dispatchers: 2,
  workers: 2,
  worker_ms: CHAINING_MS,
  ahead_ms: 0,
  delays_ms: [],
  ...given,
  faults: { ...NONE, ...faults },
})
