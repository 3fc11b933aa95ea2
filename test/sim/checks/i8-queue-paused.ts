/**
 * I8: what a whole queue's pause promises. Whoever has read it claims nothing of the queue; once the call has returned nobody does, but
 * for a pass that takes longer than a second. And nobody resumes what he has not read: who has paused it anew meanwhile has the last word.
 * That a queue that is resumed goes on is judged by `i7-progress.ts`.
 */
import { isDeepStrictEqual } from 'node:util'
import type { QueuePause, QueuePauses } from '../../../lib/core/queue/queue-pauses.ts'
import type { Effect } from '../world/events.ts'
import type { Check, Seen } from './check.ts'
import { isWritten } from './claims.ts'
import { readShard } from './keys.ts'
import { longestPass } from './limits.ts'
import { Readings } from './readings.ts'

/** A function knows what was true so long before it looks at a shard. */
const KNOWN_MS = 1000

interface Paused {
  /** Since when its item says so. */
  readonly at: number
  /** When whoever has paused it was told so first. */
  heardAt?: number
}

const isPaused = (pause: QueuePause | undefined): boolean => pause !== undefined && !pause.resuming

export const pausedQueuesStartNothing = (): Check => {
  const paused = new Map<string, Paused>()
  const known = new Map<number, QueuePauses>()
  const readings = new Readings()
  return {
    name: 'I8 paused queues',
    before(event, seen) {
      readings.see(event, seen.truth.now)
      if (event.kind === 'over') known.delete(event.by.id)
      if (event.kind === 'queuePaused') {
        const pause = paused.get(event.queue)
        if (pause) pause.heardAt ??= seen.truth.now
      }
      if (event.kind !== 'effect') return
      const { effect, by } = event
      if (effect.op === 'readSettings') known.set(by.id, effect.settings.pauses)
      if (effect.op === 'savePause') {
        if (
          isPaused(effect.was) &&
          !isPaused(effect.is) &&
          !isDeepStrictEqual(known.get(by.id)?.get(effect.queue), effect.was)
        )
          seen.fail(`${by.fn}#${by.id} resumes ${effect.queue}, and has not read that it is paused anew`)
        note(paused, effect, seen.truth.now)
      }
      if (!isWritten(effect) || Object.keys(effect.change.take).length === 0) return
      if (seen.truth.troubled.has(by)) return
      judge(paused.get(readShard(effect.shard).queue), effect.shard, readings.of(by, effect), seen)
    },
  }
}

function note(
  paused: Map<string, Paused>,
  { queue, was, is }: Extract<Effect, { op: 'savePause' }>,
  at: number,
): void {
  if (!isPaused(is)) paused.delete(queue)
  else if (!isPaused(was)) paused.set(queue, { at })
}

/** @param readAt when the pass read its shard; afterwards it asked which queues are paused */
function judge(
  pause: Paused | undefined,
  shard: string,
  readAt: number | undefined,
  { truth, fail }: Seen,
): void {
  if (!pause) return
  const since = readAt ?? truth.now - longestPass(truth.plan)
  const isKnown = since > pause.at + KNOWN_MS
  const isQuick = readAt !== undefined && pause.heardAt !== undefined && truth.now - readAt <= KNOWN_MS
  if (isKnown || isQuick)
    fail(`${shard} is claimed in, ${truth.now - pause.at} ms after its queue was paused`)
}
