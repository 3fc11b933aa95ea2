/** What an invocation does: the use cases, called as the functions and the client call them. */
import type { TaskOutcome } from '../../../lib/core/job/ending.ts'
import type { Job, JobItem, RawItem } from '../../../lib/core/job/job.ts'
import { queueNamed } from '../../../lib/core/queue/config.ts'
import type { DispatchMessage, WorkMessage } from '../../../lib/ports/queues.ts'
import { arrive } from '../../../lib/use-cases/arrive.ts'
import { execute, type RunTask } from '../../../lib/use-cases/attempt/execute.ts'
import type { WorkerContext } from '../../../lib/use-cases/context.ts'
import { putNamed } from '../../../lib/use-cases/enqueue.ts'
import { pauseQueue, resumeQueue } from '../../../lib/use-cases/operate/pause-queue.ts'
import { setLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { wakeUp } from '../../../lib/use-cases/wake-up.ts'
import type { WorldLimit } from '../world.ts'
import type { Ask } from './context.ts'

/** What an invocation is given. */
export type Task =
  | { readonly role: 'client'; readonly items: readonly JobItem[] }
  | { readonly role: 'operator'; readonly sets: WorldLimit }
  /** `again`: an earlier call of the same person has failed. */
  | { readonly role: 'operator'; readonly pauses: string; readonly again: boolean }
  | { readonly role: 'arrivals'; readonly item: RawItem }
  | { readonly role: 'wake'; readonly message: DispatchMessage }
  | {
      readonly role: 'work'
      readonly message: WorkMessage
      readonly redelivered: boolean
      /** When the invocation ends, by its own clock. */
      readonly endsAt: number
    }

/** The part of a job that a handler's run is known by. A batch has one for each of its jobs. */
export interface RunOf {
  readonly pk: string
  readonly sk: string
  readonly id: string
  readonly attempt: number
}

/** @throws what the function would throw, so that its message comes again */
export async function carryOut(task: Task, context: WorkerContext, ask: Ask): Promise<void> {
  switch (task.role) {
    case 'client':
      return putNamed(context.store, task.items)
    case 'operator':
      return 'sets' in task ? setLimit(context, task.sets) : pauseForAWhile(context, task, ask)
    case 'arrivals': {
      const failed = await arrive(context, [{ id: 0, item: task.item }])
      if (failed.length > 0) throw new Error('the record has to come again')
      return
    }
    case 'wake':
      return wakeUp(context, task.message)
    case 'work': {
      const { message, redelivered, endsAt } = task
      // No message takes long there: what the claim's own item says is all that its start heeds.
      const sentAt = context.clock.now()
      const invocation = { redelivered, sentAt, remaining_ms: () => endsAt - context.clock.now() }
      return execute(context, message, invocation, handlerOf(ask))
    }
  }
}

/** One call for each attempt, which has a result for each job. */
function handlerOf(ask: Ask): RunTask {
  const batch = async (jobs: readonly Job[]) => {
    const runs = jobs.map(({ key, id, attempt }): RunOf => ({ ...key, id, attempt }))
    return (await ask('handler', ...runs)) as TaskOutcome[]
  }
  const alone = async (job: Job) => {
    const [outcome] = await batch([job])
    return outcome ?? { kind: 'failed' as const, error: 'the world has said nothing of it' }
  }
  return Object.assign(alone, { batch })
}

/** Whoever finds a call failed sees to it that the queue is not left paused. */
async function pauseForAWhile(
  context: WorkerContext,
  { pauses, again }: { readonly pauses: string; readonly again: boolean },
  ask: Ask,
): Promise<void> {
  if (!again) {
    await pauseQueue(context, pauses, { by: 'operator' })
    await ask('paused', pauses)
  }
  await resumeQueue(context, pauses)
}

function setLimit(context: WorkerContext, { of, ...limits }: WorldLimit): Promise<void> {
  if (typeof of === 'string') return setLimiter(context, of, limits)
  const queue = queueNamed(context.config, of.queue)
  if (!queue) throw new Error(`a world sets limits of ${of.queue}, which it does not have`)
  return overrideLimits(context, queue, of.partition, limits)
}
