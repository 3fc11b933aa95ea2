/** What one seed decides before its world begins. */

import type { Labels } from '../../../lib/core/job/labels.ts'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { LimiterName } from '../../../lib/core/limits/queue-limiter.ts'
import type { SimRandom } from '../world/random.ts'
import type { AppRatePlan } from './app-rates.ts'
import type { Keyed } from './keyed.ts'
import type { MaxSizePlan } from './max-sizes.ts'
import type { PausePlan } from './pauses.ts'
import type { QueueLimitsPlan } from './queue-limits.ts'
import type { QueuePausePlan } from './queue-pauses.ts'
import { drawQueue, drawQueues, type QueuePlan } from './queues.ts'
import type { SchedulesPlan } from './schedule-plan.ts'
import type { RecountPlan } from './sized.ts'
import { type DeployPlan, drawDeploys, drawVersions, type Version } from './versions.ts'

export type HandlerFault = 'throw' | 'hang' | 'crash' | 'late' | 'slow'

/** Rides in the payload: the simulated handler does what it says. */
export interface HandlerPlan {
  /** So many attempts fail first. */
  readonly bad: number
  readonly how: HandlerFault
  /** For how long it slows its partition down, if that is how it fails. */
  readonly slow_ms?: number
  readonly takes_ms: number
  /** The handler changes the payload that it was given. */
  readonly spoils?: boolean
}

export type WayIn = 'client' | 'batch' | 'raw' | 'event' | 'eventTwice' | 'malformed' | 'malformedEvent'

export interface JobPlan {
  readonly at: number
  readonly way: WayIn
  /** The version of the configuration that its producer has; it may be ahead of all functions, or behind. */
  readonly version: number
  readonly queue: QueuePlan
  readonly task: string
  readonly tenant: string
  readonly id: string
  readonly priority: number
  readonly runAt: number
  readonly handler: HandlerPlan
  readonly labels?: Labels
  /** What it says that it costs. */
  readonly cost?: number
  /** Not to be started later than so long after `runAt`. */
  readonly ttl_ms?: number
  /** The key that it comes with. */
  readonly keyed?: Keyed
  /** How much else is in the payload. */
  readonly padding_kb?: number
}

export interface OverridePlan {
  readonly at: number
  readonly queue: QueuePlan
  readonly tenant: string
  /** `undefined` goes back to what is configured. */
  readonly limits: LimitOverride | undefined
  /** Written to the table with no more than an attribute, as an operator may. */
  readonly byHand?: boolean
}

/** Somebody cancels a job. */
export interface CancelPlan {
  readonly at: number
  /** Which job, from 0 to 1. */
  readonly pick: number
  readonly byId: boolean
}

/** What an operator does to a total or a pool, for so long. */
export interface LimiterActPlan {
  readonly at: number
  readonly name: LimiterName
  readonly what: 'pause' | 'slow' | 'set'
  readonly for_ms: number
  /** What is set. Default: no units. */
  readonly limits?: LimitOverride
}

/** Somebody changes an item by hand. */
export interface EditPlan {
  readonly at: number
  readonly what: 'correct' | 'replace' | 'same' | 'spoil' | 'withdraw'
  /** Which item, from 0 to 1. */
  readonly pick: number
}

/**
 * `calm`: no fault at all. `kind`: what costs seconds. `refusing`: calls fail, and messages come again when their time
 * is up. `rough`: everything. Only in rough weather do handlers take their process down.
 */
export type Weather = 'calm' | 'kind' | 'refusing' | 'rough'

export interface Plan {
  readonly epoch_ms: number
  readonly versions: readonly [Version, ...Version[]]
  readonly deploys: readonly DeployPlan[]
  readonly workerTimeout_ms: number
  readonly workerBatch: number
  /** So many workers run simultaneously at most, whatever waits for them. */
  readonly maxWorkers?: number
  /** So many functions run simultaneously at most, while there are faults: the neighbours in the account take the rest. */
  readonly accountConcurrency?: number
  /** What a key has of its DynamoDB partition's units, if neighbours use the rest of it. */
  readonly keyShare?: number
  /** Lambda's recursive loop detection, which the construct switches off for the dispatcher and the worker. */
  readonly loopDetection: boolean
  /** For how long idle items are kept, instead of a week. Absent where none goes. */
  readonly week_ms?: number
  readonly weather: Weather
  /** No clock is off by more, so two clocks differ by at most twice as much. */
  readonly maxSkew_ms: number
  readonly jobs: readonly JobPlan[]
  readonly overrides: readonly OverridePlan[]
  readonly limiterActs: readonly LimiterActPlan[]
  readonly edits: readonly EditPlan[]
  readonly cancels: readonly CancelPlan[]
  readonly recounts?: readonly RecountPlan[]
  readonly pauses?: readonly PausePlan[]
  readonly queuePauses?: readonly QueuePausePlan[]
  readonly queueLimits?: readonly QueueLimitsPlan[]
  readonly maxSizes?: readonly MaxSizePlan[]
  readonly appRates?: readonly AppRatePlan[]
  readonly schedules?: SchedulesPlan
  readonly faultsUntil: number
}

/** 2025-06-15: any time will do, but not the machine's. */
const EPOCH_MS = Date.UTC(2025, 5, 15, 12)
/** Stays below `CLOCK_SKEW_MS`, the bound that the product states: clocks differ by less than 5 s. */
const SKEWS_MS = [0, 0, 20, 400, 2499] as const

/** Just so much that half of a rate's margin is used up by clocks that differ: the other half is for late starts. */
function marginalSkew(versions: readonly Version[]): number {
  const margins = versions.flatMap(({ queues }) =>
    queues.flatMap(({ config }) => config.rateLimit?.margin_ms ?? []),
  )
  return Math.min(2499, Math.floor(Math.max(0, ...margins) / 4))
}

interface FrameChanges {
  versions(versions: Plan['versions'], span: RunSpan): Plan['versions']
  /** Another time at which the run begins. */
  begin(drawn: number): number
  /** And at which its faults end. */
  end(drawn: number): number
}

export interface RunSpan {
  readonly begin: number
  readonly end: number
}

export function drawFrame(random: SimRandom, changed: FrameChanges) {
  const begin = changed.begin(EPOCH_MS + random.int(0, 86_400_000))
  const faultsUntil = changed.end(begin + random.pick([2, 6, 15, 30]) * 60_000)
  const versions = changed.versions(
    drawVersions(random, drawQueues(random), () => drawQueue(random)),
    { begin, end: faultsUntil },
  )
  const weather = random.pick<Weather>(['calm', 'kind', 'refusing', 'rough', 'rough', 'rough', 'rough'])
  return {
    epoch_ms: begin,
    versions,
    deploys: drawDeploys(random, versions.length, begin, faultsUntil),
    workerTimeout_ms: random.pick([40_000, 100_000, 300_000]),
    workerBatch: random.pick([1, 1, 1, 3, 10]),
    ...(random.chance(0.25) ? { maxWorkers: random.int(2, 10) } : {}),
    ...(weather === 'rough' && random.chance(0.15) ? { accountConcurrency: random.int(3, 25) } : {}),
    loopDetection: false,
    ...(random.chance(0.3) ? { week_ms: random.skewed(120_000, 3_600_000) } : {}),
    weather,
    maxSkew_ms: weather === 'calm' ? 0 : random.chance(0.3) ? marginalSkew(versions) : random.pick(SKEWS_MS),
    faultsUntil,
    ...(random.chance(0.2) ? { keyShare: 0.2 } : {}),
  }
}
