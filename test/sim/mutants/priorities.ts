/** Priorities between the shards that wait for one limit. */
import type { Mutant } from './mutant.ts'

export const PRIORITIES: readonly Mutant[] = [
  {
    name: 'worse jobs start while better ones of others wait',
    file: 'lib/core/limits/giving-way.ts',
    find: 'waiting.findIndex((priority) => priority > best)',
    replace: 'waiting.findIndex((priority) => priority > best + 9)',
    breaks: 'a better job waits beside units that worse ones get',
  },
  {
    name: 'a better job has no better place',
    file: 'lib/core/limits/settling.ts',
    find: 'if (stays && priorityIn(was) === priority) return []',
    replace: 'if (stays && priorityIn(was) <= priority) return []',
    breaks: 'worse jobs of a shard are served as if they were its best one, and keep others waiting',
  },
]
