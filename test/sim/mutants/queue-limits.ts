/** Limits of all partitions of a queue, set at run time. */
import type { Mutant } from './mutant.ts'

const VERB = 'lib/use-cases/operate/set-queue-limits.ts'

export const QUEUE_LIMITS: readonly Mutant[] = [
  {
    name: 'limits of a queue are set, and no partition has them',
    file: 'lib/core/queue/queue-settings.ts',
    find: '...(set && isLimiting(set) ?',
    replace: '...(set && isLimiting(set) && limits.size > 99 ?',
    breaks: 'more runs than somebody has been told',
  },
  {
    name: 'limits of a queue undo what is set for a partition',
    file: 'lib/core/limits/in-force.ts',
    find: 'applyOverride(ofItsQueue(configured, derived), override)',
    replace:
      'applyOverride(applyOverride(derivedFrom(configured, derived), override), configured.queueLimits)',
    breaks: 'a partition that was lowered has what all have',
  },
  {
    name: 'limits of a queue return before all know them',
    file: VERB,
    find: '  await context.clock.sleep(NOTICED_AFTER_MS)\n',
    replace: '',
    breaks: 'what was woken finds the old ones, and somebody is told that no more starts, and more does',
  },
  {
    name: 'nobody is woken after limits of a queue were raised',
    file: VERB,
    find: 'return wakeWaiting(context, waking, onProgress)',
    replace: 'return waking.save(wokenAll(said), said).then(() => ({ woken: 0 }))',
    breaks: 'what waits is left to the sweep',
  },
]
