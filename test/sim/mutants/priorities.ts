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
]
