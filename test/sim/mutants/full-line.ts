/** The end of a limiter's line. */
import type { Mutant } from './mutant.ts'

export const FULL_LINES: readonly Mutant[] = [
  {
    name: 'who finds a line full never looks again',
    file: 'lib/core/pass/looks.ts',
    find: "add(hold.lookAt, 'a line is full')",
    replace: "add(0 > 1 ? hold.lookAt : undefined, 'a line is full')",
    breaks: 'it waits for the sweep, however long the line is by then',
  },
]
