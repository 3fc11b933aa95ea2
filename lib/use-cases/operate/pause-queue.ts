/**
 * A whole queue is paused, and resumed, at run time. Functions read which queues are paused as often as the record of
 * deployments, so either takes as long as a deploy to be in force everywhere.
 */
import { isDeepEqual } from '../../core/deep-equal.ts'
import { parseShard } from '../../core/keys.ts'
import type { LimitOverride } from '../../core/limits/limits.ts'
import { isQueuePaused, type QueuePause } from '../../core/queue/queue-pauses.ts'
import type { ShardGlance } from '../../core/shard/state.ts'
import { NOTICED_AFTER_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import { wakeNow } from '../wake.ts'

type Needed = Pick<Context, 'store' | 'wake' | 'clock'>

export type PauseNote = Pick<LimitOverride, 'by' | 'reason'>

export interface Resumed {
  /** Shards with waiting jobs that were woken. */
  readonly woken: number
  /** Somebody has paused the queue anew meanwhile, or resumes it, too. */
  readonly isReplaced?: true
}

const PAGE = 500

/** When it returns, all functions know, and what they had decided before has been written. */
export async function pauseQueue(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  queue: string,
  note: PauseNote,
): Promise<void> {
  await store.states.saveQueuePause(queue, { ...note, since: clock.now() })
  await clock.sleep(NOTICED_AFTER_MS)
}

/**
 * First all functions get to know, *then* those shards are woken in which jobs wait: whoever has left one of them waiting for
 * the pause has written that by then. How far that has come is kept: a call that dies is called again, and goes on there.
 */
export async function resumeQueue(
  context: Needed,
  queue: string,
  onProgress: (woken: number) => void = () => {},
): Promise<Resumed> {
  const { states } = context.store
  let pause = await beginning(context, queue)
  if (pause && !pause.resuming) return { woken: 0, isReplaced: true }
  if (pause) await context.clock.sleep(NOTICED_AFTER_MS)
  while (pause?.resuming) {
    const { woken, cursor } = await wakeOnePage(context, queue, pause.resuming)
    const next: QueuePause | undefined =
      cursor === undefined ? undefined : { ...pause, resuming: { woken, cursor } }
    if (!(await states.saveQueuePause(queue, next, pause))) return { woken, isReplaced: true }
    onProgress(woken)
    if (!next) return { woken }
    pause = next
  }
  return { woken: 0 }
}

/**
 * What is said of the queue from now on: that it is being resumed. `undefined` if nobody has paused it. A pause that came after what
 * was read stays, also if this call is sent twice, before it and after it: whoever paused it is told that it stands still.
 */
async function beginning({ store: { states } }: Needed, queue: string): Promise<QueuePause | undefined> {
  const pause = (await states.queuePauses()).get(queue)
  if (!isQueuePaused(pause)) return pause
  const resuming = { ...pause, resuming: { woken: 0 } }
  if (await states.saveQueuePause(queue, resuming, pause)) return resuming
  const now = (await states.queuePauses()).get(queue)
  if (!isDeepEqual(now, pause)) return now
  // Nobody has said anything else: what somebody has written by hand, and cannot be read, is like nothing that was read.
  await states.saveQueuePause(queue, resuming)
  return resuming
}

type Progress = NonNullable<QueuePause['resuming']>

async function wakeOnePage(context: Needed, queue: string, from: Progress): Promise<Progress> {
  const at = from.cursor === undefined ? {} : { cursor: from.cursor }
  const { states, cursor } = await context.store.states.scan({ isStrong: true, limit: PAGE, ...at })
  const waiting = states.filter((state) => state.waiting && isOfQueue(state, queue))
  if (waiting.length > 0)
    await wakeNow(
      context,
      waiting.map(({ shard }) => shard),
    )
  const woken = from.woken + waiting.length
  return cursor === undefined ? { woken } : { woken, cursor }
}

function isOfQueue({ shard }: ShardGlance, queue: string): boolean {
  const parts = parseShard(shard)
  return parts.ok && parts.value.queue === queue
}
