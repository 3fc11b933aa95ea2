/** Users' handlers: quick and slow ones, and those that throw, hang, exceed their time or kill the process. */
import { defineBatchTask } from '../../../lib/api/batch-task.ts'
import { RetryAfterError } from '../../../lib/api/retry-after.ts'
import type { Task, TaskContext } from '../../../lib/api/task.ts'
import { untyped } from '../../support/untyped.ts'
import type { Invocation } from '../world/invocation.ts'
import type { World } from '../world/world.ts'
import type { HandlerPlan, Plan } from './plan.ts'
import { POOL } from './queues.ts'
import { taskOfVersion } from './versions.ts'

interface Payload {
  readonly tenant?: string
  readonly handler: HandlerPlan
}

export const taskOf = (queue: string): string => `task-${queue}`

/** The tasks that a version's workers know. */
export function tasksIn(version: number, { versions }: Plan): { name: string; queue: string }[] {
  const { queues } = versions[version] ?? versions[0]
  return queues.flatMap(({ name: queue }) => [
    { name: taskOf(queue), queue },
    ...(version > 0 ? [{ name: taskOfVersion(queue, version), queue }] : []),
  ])
}

/** Told when the handler begins and how it ends; neither is told of a job that does not get so far. */
export interface Watch {
  begins(): void
  ends(how: 'succeeded' | 'failed' | 'slowed'): void
}

/** All of them can run a batch: whether they are called for one their queue's configuration says. */
export function tasksOf(world: World, by: Invocation, watchOf: (id: string) => Watch): Task[] {
  const runOne = async ({ payload, job, signal }: Called) => {
    const { handler } = payload as Payload
    const watch = watchOf(job.id)
    // What a handler does to its payload is its own affair: the next attempt gets it as it was.
    if (handler.spoils)
      for (const name of Object.keys(payload as object)) Reflect.deleteProperty(payload as object, name)
    watch.begins()
    await by.sleep(handler.takes_ms)
    if (handler.how === 'slow') slowDown(world, `${job.queue} ${job.id}`, handler, watch)
    else if (job.attempt <= handler.bad) await fail(by, handler, signal, watch)
    watch.ends('succeeded')
  }
  return tasksIn(by.version, world.plan).map(({ name, queue }) => ({
    ...defineBatchTask({
      name,
      queue,
      payload: untyped(payloadSchema),
      handler: ({ payloads, jobs, signal }) =>
        Promise.allSettled(
          jobs.map((job, index) => runOne({ payload: (payloads as readonly unknown[])[index], job, signal })),
        ),
    }),
    handler: runOne,
  }))
}

type Called = Pick<TaskContext<unknown>, 'payload' | 'job' | 'signal'>

/** It spends no attempt, so it is counted here how often it has been called. */
function slowDown({ slowDowns }: World, job: string, { bad, slow_ms = 0 }: HandlerPlan, watch: Watch): void {
  const times = slowDowns.get(job) ?? 0
  if (times >= bad) return
  slowDowns.set(job, times + 1)
  watch.ends('slowed')
  const reason = 'the service asks for it, as planned'
  // If its queue has no pool, its partition is slowed down.
  throw new RetryAfterError(slow_ms, slow_ms % 2 === 0 ? { reason } : { reason, pool: POOL })
}

function fail(by: Invocation, { how }: HandlerPlan, signal: AbortSignal, watch: Watch): Promise<void> {
  const fails = (error: unknown) => {
    watch.ends('failed')
    throw error
  }
  switch (how) {
    case 'throw':
      return fails(new Error('the handler failed, as planned'))
    case 'late':
      return aborted(signal).catch(fails)
    case 'hang':
      return new Promise(() => {})
    case 'crash':
      by.stop('crash')
      return new Promise(() => {})
    case 'slow':
      return Promise.resolve()
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })

const payloadSchema = {
  '~standard': {
    version: 1,
    vendor: 'sim',
    validate: (value: unknown) =>
      typeof value === 'object' && value !== null && 'handler' in value
        ? { value }
        : { issues: [{ message: 'has no plan for its handler' }] },
  },
}
