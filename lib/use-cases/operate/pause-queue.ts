/**
 * A whole queue is paused, and resumed, at run time. Functions read which queues are paused as often as the record of
 * deployments, so either takes as long as a deploy to be in force everywhere.
 */
import { isDeepEqual } from '../../core/deep-equal.ts'
import type { LimitOverride } from '../../core/limits/limits.ts'
import { isQueuePaused, type QueuePause } from '../../core/queue/queue-pauses.ts'
import { NOTICED_AFTER_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import { type Woken, wakeWaiting } from './wake-queue.ts'

type Needed = Pick<Context, 'store' | 'wake' | 'clock'>

export type PauseNote = Pick<LimitOverride, 'by' | 'reason'>

/** When it returns, all functions know, and what they had decided before has been written. */
export async function pauseQueue(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  queue: string,
  note: PauseNote,
): Promise<void> {
  await store.states.saveQueuePause(queue, { ...note, since: clock.now() })
  await clock.sleep(NOTICED_AFTER_MS)
}

/** First all functions get to know, *then* those shards are woken in which jobs wait. */
export async function resumeQueue(
  context: Needed,
  queue: string,
  onProgress?: (woken: number) => void,
): Promise<Woken> {
  const pause = await beginning(context, queue)
  if (!pause) return { woken: 0 }
  if (!pause.resuming) return { woken: 0, isReplaced: true }
  await context.clock.sleep(NOTICED_AFTER_MS)
  const waking = {
    queue,
    said: pause,
    from: pause.resuming,
    next: (soFar: QueuePause['resuming']) => soFar && { ...pause, resuming: soFar },
    save: (is: QueuePause | undefined, was: QueuePause) =>
      context.store.states.saveQueuePause(queue, is, was),
  }
  return wakeWaiting(context, waking, onProgress)
}

/**
 * What is said of the queue from now on: that it is being resumed. `undefined` if nobody has paused it. A pause that came after what
 * was read stays, also if this call is sent twice, before it and after it: whoever paused it is told that it stands still.
 */
async function beginning({ store: { states } }: Needed, queue: string): Promise<QueuePause | undefined> {
  const pause = (await states.queueSettings()).pauses.get(queue)
  if (!isQueuePaused(pause)) return pause
  const resuming = { ...pause, resuming: { woken: 0 } }
  if (await states.saveQueuePause(queue, resuming, pause)) return resuming
  const now = (await states.queueSettings()).pauses.get(queue)
  if (!isDeepEqual(now, pause)) return now
  // Nobody has said anything else: what somebody has written by hand, and cannot be read, is like nothing that was read.
  await states.saveQueuePause(queue, resuming)
  return resuming
}
