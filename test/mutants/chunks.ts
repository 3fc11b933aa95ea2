/** Chunks of a limiter: a move that somebody was faster than, a deploy with other chunks, a limit below what is out, and units where nobody waits. */
import type { TestedMutant } from './mutant.ts'

const CHUNK = 'lib/core/limits/chunk.ts'
const MOVES_TEST = 'test/unit/use-cases/chunk-moves.test.ts'

export const TESTED_CHUNK_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'capacity moved twice',
    file: 'lib/use-cases/lending/chunk-moves.ts',
    find: 'if (!owner) return undefined\n',
    replace: 'if (!owner) return { owner: before, root }\n',
    breaks: 'who was too late believes that the units have moved, and asks nobody else',
    tests: [MOVES_TEST],
  },
  {
    name: 'what another has taken counts as come',
    file: 'lib/use-cases/lending/fetch-capacity.ts',
    find: 'units: freeOf(next) - freeOf(capacity)',
    replace: 'units: spare',
    breaks: 'of two that ask a chunk for its last unit one asks nobody else, and waits',
    tests: [MOVES_TEST],
  },
  {
    name: 'a unit that has come to a chunk is owed to the next',
    file: 'lib/use-cases/lending/tend-chunk.ts',
    find: 'lot: NOT_DRAWN }',
    replace: 'lot: seen.chunk.lot }',
    breaks: 'with fewer units than chunks in which shards wait nobody uses any before the sweep',
    tests: [MOVES_TEST],
  },
  {
    name: 'sticky loan forgotten',
    file: 'lib/use-cases/lending/limiter-capacity.ts',
    find: 'if (loan) return at(chunkOfLoan(loan.id))',
    replace: 'if (loan && loan.got < 0) return at(chunkOfLoan(loan.id))',
    breaks: 'a deploy divides a total otherwise, and what was lent before counts twice',
    tests: [MOVES_TEST],
  },
  {
    name: 'beyond the limit chunks lend what they have',
    file: CHUNK,
    find: 'return left < 0 ? Math.min(own, left) : own',
    replace: 'return left < 0 ? Math.max(own, left) : own',
    breaks: 'a total that was lowered or paused',
    tests: [MOVES_TEST],
  },
  {
    name: 'units stay where nobody waits',
    file: 'lib/core/limits/chunk-task.ts',
    find: 'if (own > 0 && to)',
    replace: 'if (own > 0 && to && cap < 0)',
    breaks: 'shards of other chunks wait for them',
    tests: [MOVES_TEST],
  },
]
