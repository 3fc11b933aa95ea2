/** Whole queues that are paused at run time, and resumed. */
import type { Mutant } from './mutant.ts'

const VERB = 'lib/use-cases/operate/pause-queue.ts'

export const PAUSED_QUEUES: readonly Mutant[] = [
  {
    name: 'a paused queue is served as any other',
    file: 'lib/core/queue/queue-settings.ts',
    find: '...(isQueuePaused(pause) ?',
    replace: '...(isQueuePaused(pause) && pauses.size > 99 ?',
    breaks: 'its jobs start',
  },
  {
    name: 'the pause of a queue returns before all know of it',
    file: VERB,
    find: '  await clock.sleep(NOTICED_AFTER_MS)',
    replace: '',
    breaks: 'somebody is told that nothing starts, and something does',
  },
  {
    name: 'a resumption wakes nobody',
    file: 'lib/use-cases/operate/wake-queue.ts',
    find: '  if (waiting.length > 0)\n',
    replace: '  if (waiting.length > 999)\n',
    breaks: 'what waits in the queue is left to the sweep',
  },
  {
    name: 'a resumption wakes before all know of it',
    file: VERB,
    find: '  await context.clock.sleep(NOTICED_AFTER_MS)\n',
    replace: '',
    breaks: 'what was woken finds the pause, and is left to the sweep',
  },
  {
    name: 'a resumption begins whoever has paused the queue anew',
    file: VERB,
    find: 'if (await states.saveQueuePause(queue, resuming, pause)) return resuming',
    replace: 'if (await states.saveQueuePause(queue, resuming)) return resuming',
    breaks: 'a queue runs of which somebody has been told that it stands still',
  },
  {
    name: 'a resumption ends whoever has paused the queue anew',
    file: VERB,
    find: 'context.store.states.saveQueuePause(queue, is, was)',
    replace: 'was && context.store.states.saveQueuePause(queue, is)',
    breaks: 'the same, a little later',
  },
]
