/** The end of a limiter's line. */
import type { TestedMutant } from './mutant.ts'

const TESTS = ['test/unit/use-cases/full-line.test.ts'] as const

export const FULL_LINE_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a full line takes everybody',
    file: 'lib/core/limits/settling.ts',
    find: 'lack[resource] && !lack.isKeptOut',
    replace: 'lack[resource] || lack.isKeptOut === true',
    breaks: 'a limiter’s item grows until nothing can be written into it',
    tests: TESTS,
  },
  {
    name: 'a shard that was kept out does not look again',
    file: 'lib/core/pass/looks.ts',
    find: "add(hold.lookAt, 'a line is full')",
    replace: "add(0 > 1 ? hold.lookAt : undefined, 'a line is full')",
    breaks: 'it waits for the sweep',
    tests: TESTS,
  },
  {
    name: 'each look at a full line draws a time anew',
    file: 'lib/core/pass/looks.ts',
    find: '!isSoon(arranged, input)',
    replace: '(!isSoon(arranged, input) || arranged)',
    breaks: 'wake-ups multiply',
    tests: TESTS,
  },
  {
    name: 'jobs that are too heavy fill the line',
    file: 'lib/core/limits/full-line.ts',
    find: 'isTooHeavy || able.length >= longestLine',
    replace: 'isTooHeavy || (able, all) >= longestLine',
    breaks: 'a pool is lowered below a weight, and lighter jobs look for it now and then only',
    tests: TESTS,
  },
]
