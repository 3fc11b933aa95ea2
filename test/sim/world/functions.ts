/** The Lambda functions: what `functions/*.ts` and `createWorker` do around their use cases. */
import { parseWakeMessage, parseWorkMessage } from '../../../lib/adapters/sqs/messages.ts'
import { taskRunner } from '../../../lib/api/run-task.ts'
import type { Job } from '../../../lib/core/job/job.ts'
import { arrive } from '../../../lib/use-cases/arrive.ts'
import { execute, type RunTask } from '../../../lib/use-cases/attempt/execute.ts'
import type { Look } from '../../../lib/use-cases/attempt/watch.ts'
import { ingest } from '../../../lib/use-cases/ingest.ts'
import { wakeUp } from '../../../lib/use-cases/wake-up.ts'
import { tasksOf, type Watch } from '../workloads/handlers.ts'
import { contextOf } from './context.ts'
import { type Invocation, longestOf } from './invocation.ts'
import type { Consumer, Message } from './sqs.ts'
import type { StreamConsumer } from './stream.ts'
import type { World } from './world.ts'

export const consumeRecords =
  (world: World): StreamConsumer =>
  (records, done) =>
    world.invoke(
      'dispatcher',
      async (by) => {
        const failed = new Set(await arrive(contextOf(world, by), records))
        world.emit({
          kind: 'arrived',
          by,
          items: records.filter(({ id }) => !failed.has(id)).map(({ item }) => item),
        })
        return failed
      },
      (outcome) => done(outcome.ok ? outcome.value : outcome.throttled ? 'throttled' : undefined),
    )

export const consumeWakes = (world: World): Consumer =>
  consumeEach(world, 'dispatcher', (by) => {
    const context = contextOf(world, by)
    return async ({ body }) => {
      const wake = parseWakeMessage(body)
      if (!wake.ok) return world.expected(new Error(wake.reason))
      await wakeUp(context, wake.value)
    }
  })

export const consumeEvents = (world: World): Consumer =>
  consumeEach(world, 'ingest', (by) => {
    const context = contextOf(world, by)
    return ({ body, id, sentAt }) => ingest(context, body, id, sentAt)
  })

export const consumeWork = (world: World): Consumer =>
  consumeEach(world, 'worker', (by) => {
    const context = contextOf(world, by)
    const runTask = watched(world, by)
    return async ({ body, received, sentAt }) => {
      const message = parseWorkMessage(body)
      if (!message.ok) return world.expected(new Error(message.reason))
      const invocation = { remaining_ms: () => by.remaining_ms(), redelivered: received > 1, sentAt }
      await execute(context, message.value, invocation, runTask)
    }
  })

/** Lambda's event source: each record by itself, and those that failed come again. */
function consumeEach(
  world: World,
  fn: 'dispatcher' | 'ingest' | 'worker',
  handlerOf: (by: Invocation) => (message: Message) => Promise<void>,
): Consumer {
  return (messages, done) =>
    world.invoke(
      fn,
      async (by) => {
        const handle = handlerOf(by)
        const outcomes = await Promise.allSettled(messages.map(handle))
        for (const outcome of outcomes) if (outcome.status === 'rejected') world.expected(outcome.reason)
        return new Set(messages.filter((_, n) => outcomes[n]?.status === 'rejected').map(({ id }) => id))
      },
      (outcome) => done(outcome.ok ? outcome.value : undefined),
      longestOf(messages.map(({ chain }) => chain)),
    )
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The product's own task runner, watched from outside: here an attempt begins and ends, whatever the tables say. */
function watched(world: World, by: Invocation): RunTask {
  const runnerFor = (jobs: readonly Job[]): RunTask => {
    const call = world.calls++
    const watchOf = (id: string) => {
      const job = jobs.find((one) => one.id === id)
      if (!job) throw new Error(`the handler was called for ${id}, which nobody runs`)
      return watchFor(job, call, jobs.length)
    }
    return taskRunner(tasksOf(world, by, watchOf), () => SILENT)
  }
  const watchFor = ({ item, attempt, key: { pk, sk } }: Job, call: number, jobs: number): Watch => ({
    begins: () => world.emit({ kind: 'attemptStarted', by, item, pk, sk, attempt, call, jobs }),
    ends: (how) => {
      if (by.alive) world.emit({ kind: 'attemptEnded', by, pk, sk, how })
    },
  })
  return Object.assign((job: Job, look?: Look) => runnerFor([job])(job, look), {
    batch: (jobs: readonly Job[]) => runnerFor(jobs).batch?.(jobs) ?? Promise.resolve([]),
  })
}
