/**
 * Everything that can happen to a job, a shard, a limiter or a schedule, and in a sweep, and what people change. Use cases say it, and the API what it was
 * asked to change; who hears of it and in which words is for the adapters (`adapters/events`).
 */
import type { DeploymentStep } from './deployment.ts'
import type { Ending, Refused, Slowed } from './job/ending.ts'
import type { Job, RawItem } from './job/job.ts'
import type { JobId, ShardKey } from './keys.ts'
import type { Change, Changed, Note } from './limits/change.ts'
import type { LendingEvents } from './limits/lending-event.ts'
import type { Hold } from './pass/holds.ts'
import type { ScheduleEvents } from './schedule/schedule-event.ts'

interface JobEvents {
  /** A pass has given it a slot at `claimedAt`, epoch ms: a worker starts it, unless it gives the slot back. */
  readonly 'job claimed': { readonly job: Job; readonly claimedAt: number }
  /** The handler is about to be called. */
  readonly 'job started': { readonly job: Job }
  /** Its ending has been written at `endedAt`, epoch ms. */
  readonly 'job ended': {
    readonly job: Job
    readonly ending: Exclude<Ending, Refused | Slowed>
    readonly endedAt: number
  }
  /** It goes back unspent, for its partition starts nothing for a while. */
  readonly 'job slowed down': { readonly job: Job; readonly ending: Slowed }
  /** Its ending could not be written: its slot stays taken until the deadline, and then its attempt counts as failed. */
  readonly 'job not ended': {
    readonly job: Job
    readonly ending: Exclude<Ending, Refused | Slowed>
    readonly error: unknown
  }
  /** An item that can never run is a dead letter now. */
  readonly 'item refused': { readonly key: Pick<RawItem, 'pk' | 'sk'>; readonly reason: string }
  /** Another item stands in its place: nothing was written, and that one runs next. */
  readonly 'job replaced': { readonly job: Job; readonly ending: Ending }
  /** It was taken away while it ran, or its ending had been written before. */
  readonly 'job gone': { readonly job: Job; readonly ending: Ending }
  /** It has ended, and the history of its queue does not say so: only the record of it is missing. */
  readonly 'history not written': { readonly job: Job; readonly error: unknown }
  /** Something failed between its start and its handler. It has spent nothing. */
  readonly 'job not begun': { readonly shard: ShardKey; readonly id: JobId; readonly error: unknown }
  /** Whether somebody has stopped a shard since a job was claimed there: it starts. */
  readonly 'stops not read': { readonly shard: ShardKey; readonly error: unknown }
}

interface ShardEvents {
  /** New or changed items could not be looked at. They come again. */
  readonly 'arrival failed': { readonly shard: ShardKey | undefined; readonly error: unknown }
  /** A wake-up could not be carried out. It comes again, and its error is the invocation's. */
  readonly 'wake-up failed': { readonly shard: ShardKey }
  /** Its state item cannot be read, so nothing of it runs. */
  readonly 'shard damaged': { readonly shard: ShardKey; readonly error: unknown }
  readonly 'override makes no sense': { readonly shard: ShardKey; readonly problem: string }
  /** Something else than before holds due jobs of it. Said when that begins, and not by each pass that finds it again. */
  readonly 'jobs held': { readonly shard: ShardKey; readonly holds: readonly Hold[] }
  /** They lay in another lane than the one that they belong to. */
  readonly 'jobs moved': { readonly shard: ShardKey; readonly jobs: number }
  /** A job was handed over, and what came after that failed. */
  readonly 'visit cut short': { readonly shard: ShardKey; readonly error: unknown }
  readonly 'claims not sent': { readonly jobs: number; readonly error: unknown }
  /** The wake-up of one pass. */
  readonly 'wake-up not sent': { readonly shard: ShardKey; readonly error: unknown }
  /** What a pass gave back, or lacked, is not in its partition's books yet. */
  readonly 'books not settled': { readonly shard: ShardKey; readonly error: unknown }
  /** Wake-ups of a tick or a sweep, or of shards that got units from a visit that failed. */
  readonly 'wake-ups not sent': { readonly shards: readonly ShardKey[]; readonly error: unknown }
}

interface SweepEvents {
  /** Wake-ups that were sent, and partitions of schedules in which something is due. */
  readonly ticked: { readonly woken: number; readonly fired: number }
  readonly 'state item damaged': { readonly shard: string; readonly problem: string }
  readonly 'sweep of a part failed': { readonly part: string; readonly error: unknown }
  readonly 'shards stranded': { readonly count: number; readonly ofQueue: ReadonlyMap<string, number> }
  /** Its number counts so many jobs, or more, that are not there: it may be full for nothing. */
  readonly 'size too large': { readonly queue: string; readonly jobs: number }
  readonly swept: SweepResult
}

export interface SweepResult {
  /** State items that were read. */
  readonly items: number
  /** Shards of the Jobs table that were seen. */
  readonly jobShards: number
  readonly pages: number
  /** Wake-ups that were sent. */
  readonly woken: number
  readonly stranded: number
  readonly damaged: number
  /** Of how many parts of the tables these have come to their end, or have failed. */
  readonly parts: number
  readonly ended: readonly string[]
  readonly failed: readonly string[]
}

interface OtherEvents {
  /** It is in force. */
  readonly 'changed by hand': { readonly of: Changed; readonly change: Change; readonly note: Note }
  /** Of the work queue or the wake queue. It never comes again. */
  readonly 'message refused': {
    readonly queue: 'work' | 'wake'
    readonly messageId?: string
    readonly reason: string
  }
  /** An event that asked for a job, and is a dead letter now. */
  readonly 'event refused': { readonly id: string; readonly reason: string }
  readonly 'deployment recorded': { readonly step: DeploymentStep }
  readonly 'deployments not read': { readonly error: unknown }
  /** What is set for whole queues is as it was known before. */
  readonly 'queue settings not read': { readonly error: unknown }
}

interface Events extends JobEvents, ShardEvents, LendingEvents, SweepEvents, ScheduleEvents, OtherEvents {}

export type EventKind = keyof Events
export type SluiceEvent<Kind extends EventKind = EventKind> = {
  [One in Kind]: { readonly kind: One } & Events[One]
}[Kind]
