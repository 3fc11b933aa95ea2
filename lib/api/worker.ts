/** The user's worker: a Lambda handler made of tasks. */
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { logKeysOf } from '../adapters/events/job-lines.ts'
import { loggerWith } from '../adapters/powertools/logger.ts'
import { parseWorkMessage } from '../adapters/sqs/messages.ts'
import { ConfigurationError } from '../core/errors.ts'
import { queueNamed } from '../core/queue/config.ts'
import { handleBatch } from '../lambda/batch.ts'
import { contextFromEnvironment, logger, once } from '../lambda/context.ts'
import { type BatchResponse, type LambdaHandler, lambda } from '../lambda/entry.ts'
import { InvocationGuard } from '../lambda/invocation-guard.ts'
import { payloadsIn } from '../lambda/payloads.ts'
import { execute, type Invocation, type RunTask } from '../use-cases/attempt/execute.ts'
import type { WorkerContext } from '../use-cases/context.ts'

import { isBatchTask } from './batch-task.ts'
import type { LoggerFor } from './job-info.ts'
import { taskRunner } from './run-task.ts'
import type { Task } from './task.ts'

/** An interface and no alias: so the declaration file of a worker names it, and nothing that Sluice itself depends on. */
export interface WorkerHandler extends LambdaHandler<SQSEvent, BatchResponse> {}

/** One for the process, however many workers it has: they all stop with it. */
const guard = new InvocationGuard({ logger, exit: () => process.exit(1) })

/**
 * The Lambda handler that runs your tasks. Export it as `handler` from the file that you name to the construct.
 * @param tasks every task of every queue
 * @throws ConfigurationError if two tasks bear the same name
 */
export function createWorker(tasks: readonly Task[]): WorkerHandler {
  checkNames(tasks)
  const context = once(() => workerContext(tasks))
  const runTask = taskRunner(tasks, loggerFor)
  return lambda((event, lambdaContext) => {
    const remaining_ms = () => lambdaContext.getRemainingTimeInMillis()
    const work = (record: SQSRecord, shared: boolean) =>
      workOn(context(), record, { remaining_ms, shared }, runTask)
    return guard.run(lambdaContext, () => handleBatch(event.Records, work))
  })
}

function checkNames(tasks: readonly Task[]): void {
  const names = tasks.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new ConfigurationError('tasks', `there are two tasks named "${twice}"`)
}

/** A deploy may take away a queue whose tasks are still there. All others go on. */
function workerContext(tasks: readonly Task[]): WorkerContext {
  const context = { ...contextFromEnvironment(), payloads: payloadsIn() }
  const idle = tasks.filter(({ queue }) => !queueNamed(context.config, queue))
  if (idle.length > 0)
    logger.error('tasks belong to queues that are not configured: jobs of these queues wait', {
      tasks: idle.map(({ name, queue }) => `${name} (${queue})`),
    })
  const single = tasks.filter((task) => queueNamed(context.config, task.queue)?.batch && !isBatchTask(task))
  if (single.length > 0)
    logger.error(
      'queues have batches, and their tasks take one job: these jobs wait until defineBatchTask makes them',
      {
        tasks: single.map(({ name, queue }) => `${name} (${queue})`),
      },
    )
  return context
}

const loggerFor: LoggerFor = (job) => loggerWith(logKeysOf(job))

async function workOn(
  context: WorkerContext,
  record: SQSRecord,
  { remaining_ms, shared }: { readonly remaining_ms: () => number; readonly shared: boolean },
  runTask: RunTask,
): Promise<void> {
  const message = parseWorkMessage(record.body)
  if (!message.ok) {
    const { messageId } = record
    context.events.emit({ kind: 'message refused', queue: 'work', messageId, reason: message.reason })
    return
  }
  const invocation: Invocation = {
    remaining_ms,
    redelivered: Number(record.attributes.ApproximateReceiveCount) > 1,
    ...sentAtOf(record),
    ...(shared ? { shared } : {}),
  }
  await execute(context, message.value, invocation, runTask)
}

function sentAtOf({ attributes: { SentTimestamp } }: SQSRecord): Pick<Invocation, 'sentAt'> {
  const sentAt = Number(SentTimestamp)
  return Number.isFinite(sentAt) ? { sentAt } : {}
}
