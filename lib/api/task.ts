/** Tasks: what there is to do, and what its handler is told. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Logger } from '../ports/logger.ts'
import { checkTask } from './task-input.ts'

/** What a handler is told about the job that it runs. */
export interface JobInfo {
  readonly id: string
  readonly queue: string
  /**
   * Whose limit the job shares, as the payload, the client or the event named it (`a|b`, not `a%7Cb` as in `pk`). With a
   * rule of several keys: their values, joined by `,`, and a `,` inside a value is `%2C`.
   */
  readonly partition?: string
  /** 0 (first) to 9. */
  readonly priority: number
  /** When the job became due. */
  readonly runAt: Date
  /** From 1. */
  readonly attempt: number
  readonly maxAttempts: number
  readonly meta?: Readonly<Record<string, unknown>>
  /** The tick that has made it, if a schedule has. */
  readonly schedule?: TickInfo
}

/** What a handler is told about the tick for which its job was made. Its times are those of the rule, without the window's offset. */
export interface TickInfo {
  readonly name: string
  readonly at: Date
  /** Absent for the first. */
  readonly previous?: Date
  /** The next five, or fewer if there are no more. */
  readonly next: readonly Date[]
  /** By how much daylight saving has moved it: the local time of the rule does not exist on that day. */
  readonly moved_ms?: number
  /** Somebody has asked for it by `runNow`, beside the rule: `at` is when. */
  readonly isManual?: true
}

export interface TaskContext<Payload> {
  /** The handler's own: changing it changes neither the next attempt nor the dead letter. */
  readonly payload: Payload
  readonly job: JobInfo
  /**
   * Aborted when the queue's `timeout` is over, or with a `JobCancelledError` some seconds after the job was cancelled. Pass
   * it to `fetch` and the like. A handler that then throws has failed this attempt; one that still returns has done its job.
   */
  readonly signal: AbortSignal
  /** Every line names the job. */
  readonly logger: Logger
}

export interface TaskDefinition<
  Name extends string,
  Queue extends string,
  Schema extends StandardSchemaV1,
  Pool extends string = never,
> {
  readonly name: Name
  readonly queue: Queue
  /** Any Standard Schema: zod, valibot, arktype … */
  readonly payload: Schema
  /** How many units of which pools a job of the task takes while it runs. A client adds it to each job that it puts. */
  readonly pools?: Readonly<Record<Pool, number>>
  /**
   * As how many starts a job of the task counts, where costs are counted: `costs` of a queue, and pools and tags with a rate
   * that do not say `costs: false`. A client adds it to each job that it puts.
   * @example cost: ({ prompt }) => Math.ceil(prompt.length / 4)
   */
  readonly cost?: number | ((payload: StandardSchemaV1.InferInput<Schema>) => number)
  /** Throw to have the job tried again. It runs at least once: make its effects idempotent. */
  readonly handler: (context: TaskContext<StandardSchemaV1.InferOutput<Schema>>) => Promise<unknown>
}

export interface Task<
  Name extends string = string,
  Queue extends string = string,
  Schema extends StandardSchemaV1 = StandardSchemaV1,
  Pool extends string = never,
> {
  readonly name: Name
  readonly queue: Queue
  readonly payload: Schema
  readonly pools?: Readonly<Record<Pool, number>>
  readonly cost?: number | Cost<Schema>['of']
  // A method, so that tasks of any payload fit into one list.
  handler(context: TaskContext<StandardSchemaV1.InferOutput<Schema>>): Promise<unknown>
}

interface Cost<Schema extends StandardSchemaV1> {
  // A method, for the same reason.
  of(payload: StandardSchemaV1.InferInput<Schema>): number
}

/** The pools that a task names. */
type PoolsOf<T> = T extends { readonly pools?: infer Pools } ? keyof NonNullable<Pools> & string : never

/** Fits a task that names only these pools. */
export type NamesOnly<T, Pool extends string> = [Exclude<PoolsOf<T>, Pool>] extends [never]
  ? unknown
  : { readonly pools: Readonly<Record<Exclude<PoolsOf<T>, Pool>, 'there is no such pool'>> }

export type PayloadOf<T extends Task> = StandardSchemaV1.InferInput<T['payload']>

/**
 * A named kind of work.
 * @throws ConfigurationError that names what makes no sense, or that there is no such option
 */
export function defineTask<
  const Name extends string,
  const Queue extends string,
  Schema extends StandardSchemaV1,
  const Pool extends string = never,
>(definition: TaskDefinition<Name, Queue, Schema, Pool>): Task<Name, Queue, Schema, Pool> {
  checkTask(definition)
  return definition
}

export type Validated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly string[] }

/** Checks a payload against a task's schema. */
export async function validatePayload(task: Task, payload: unknown): Promise<Validated> {
  const result = await task.payload['~standard'].validate(payload)
  if (!result.issues) return { ok: true, value: result.value }
  return { ok: false, issues: result.issues.map(describeIssue) }
}

function describeIssue({ path = [], message }: StandardSchemaV1.Issue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part))
  return keys.length > 0 ? `${keys.join('.')}: ${message}` : message
}
