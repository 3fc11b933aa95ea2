/** Tasks whose handler is called for several jobs: those of a queue with `batch`. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Logger } from '../ports/logger.ts'
import { defineTask, type JobInfo, type Task, type TaskDefinition } from './task.ts'
import { checkTask } from './task-input.ts'

export interface BatchContext<Payload> {
  /** The handler's own, in the order of the jobs. */
  readonly payloads: readonly Payload[]
  /** What each of them is: `jobs[n]` belongs to `payloads[n]`. */
  readonly jobs: readonly JobInfo[]
  /** Aborted when the queue's `timeout` is over: it is the time of the whole batch. */
  readonly signal: AbortSignal
  /** Every line names the first of the jobs. */
  readonly logger: Logger
}

/**
 * What has become of a job. An `Error`, or a rejected result as `Promise.allSettled` has it, has failed, and the job is tried
 * again as if it had been by itself; nothing, or a fulfilled result, is success.
 */
export type BatchResult = undefined | null | Error | PromiseSettledResult<unknown>

/** One for each job, in their order; or nothing if all are done. */
export type BatchResults = readonly BatchResult[] | undefined

export interface BatchTaskDefinition<
  Name extends string,
  Queue extends string,
  Schema extends StandardSchemaV1,
  Pool extends string = never,
> extends Omit<TaskDefinition<Name, Queue, Schema, Pool>, 'handler'> {
  /** Throw, and all of them are tried again. They run at least once: make their effects idempotent. */
  readonly handler: (
    context: BatchContext<StandardSchemaV1.InferOutput<Schema>>,
  ) => Promise<BatchResults> | Promise<void>
}

export interface BatchTask<
  Name extends string = string,
  Queue extends string = string,
  Schema extends StandardSchemaV1 = StandardSchemaV1,
  Pool extends string = never,
> extends Task<Name, Queue, Schema, Pool> {
  // A method, so that tasks of any payload fit into one list.
  runBatch(context: BatchContext<StandardSchemaV1.InferOutput<Schema>>): Promise<BatchResults> | Promise<void>
}

export const isBatchTask = (task: Task): task is BatchTask => 'runBatch' in task

/**
 * A task whose handler is called for several jobs, as many as the queue's `batch` says, of one partition and of what that says with
 * `by`. In a queue without, it is called for each job.
 * @throws ConfigurationError as `defineTask` does
 * @example
 * defineBatchTask({ name: 'crm.push', queue: 'crm', payload: contact, handler: ({ payloads }) => crm.upsertAll(payloads) })
 */
export function defineBatchTask<
  const Name extends string,
  const Queue extends string,
  Schema extends StandardSchemaV1,
  const Pool extends string = never,
>(definition: BatchTaskDefinition<Name, Queue, Schema, Pool>): BatchTask<Name, Queue, Schema, Pool> {
  checkTask(definition)
  const { handler: runBatch, ...rest } = definition
  const task = defineTask<Name, Queue, Schema, Pool>({
    ...rest,
    handler: async ({ payload, job, signal, logger }) => {
      const [result] = outcomesOf(await runBatch({ payloads: [payload], jobs: [job], signal, logger }), 1)
      if (result?.error !== undefined) throw result.error
    },
  })
  return { ...task, runBatch }
}

/** What has become of each job: nothing, or what has been thrown for it. */
export interface ItemOutcome {
  readonly error?: unknown
}

/** A handler may return anything. What says nothing of each job says that all have failed. */
export function outcomesOf(results: unknown, jobs: number): readonly ItemOutcome[] {
  if (results === undefined || results === null) return Array.from({ length: jobs }, () => ({}))
  if (!Array.isArray(results))
    throw new TypeError('the handler of a batch returns a list with a result for each job, or nothing')
  if (results.length !== jobs)
    throw new TypeError(
      `the handler of a batch returned ${results.length} results for ${jobs} jobs: return one for each`,
    )
  return results.map(itemOutcome)
}

const NO_RESULT =
  'the handler of a batch returned what is no result for this job: an Error, a result of Promise.allSettled, or undefined'

/** One that answers a look with an error has failed, and the others have not. */
function itemOutcome(result: unknown): ItemOutcome {
  try {
    return asOutcome(result)
  } catch {
    return { error: new TypeError(NO_RESULT) }
  }
}

function asOutcome(result: unknown): ItemOutcome {
  if (result === undefined || result === null) return {}
  if (result instanceof Error) return { error: result }
  const { status, reason } = result as Partial<PromiseRejectedResult> | { status: unknown; reason?: unknown }
  if (status === 'fulfilled') return {}
  return {
    error: status === 'rejected' ? (reason ?? new Error('it was rejected')) : new TypeError(NO_RESULT),
  }
}
