/**
 * The life of a job in a worker: start (prove the claim), run, finish (the job's end first, then its slot), and
 * then the next job of the shard in the same invocation, for a few seconds.
 */
import type { WorkMessage } from '../../ports/queues.ts'
import type { WorkerContext } from '../context.ts'
import { finishJobs, type RunTask } from './finish.ts'
import { freeSlot, giveBack } from './hand-off.ts'
import type { Invocation, Running } from './invocation.ts'
import { start } from './start.ts'

export type { RunTask } from './finish.ts'
export type { Invocation } from './invocation.ts'

export async function execute(
  context: WorkerContext,
  message: WorkMessage,
  invocation: Invocation,
  runTask: RunTask,
): Promise<void> {
  const begunAt = context.clock.now()
  const started = await start(context, message, invocation)
  if (started.kind === 'stale') return
  if (started.kind === 'unwanted') return giveBack(context, started.running)
  let running: Running | undefined = started.running
  while (running) {
    const finished = await finishJobs(context, running, runTask)
    running = await freeSlot(context, { ...running, invocation, begunAt, ...finished })
  }
}
