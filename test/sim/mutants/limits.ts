/** Concurrency, and its changes. */
import type { Mutant } from './mutant.ts'

export const LIMITS: readonly Mutant[] = [
  {
    name: 'one slot too many',
    file: 'lib/core/pass/room.ts',
    find: 'const slots = Math.max(0, limits.slots - staying.length)',
    replace: 'const slots = Math.max(0, limits.slots - staying.length + 1)',
    breaks: 'the limit',
  },
  {
    name: 'override ignored',
    file: 'lib/core/limits/limits.ts',
    find: 'if (!override) return configured',
    replace: 'if (override !== null) return configured',
    breaks: 'a limit changed at run time',
  },
]
