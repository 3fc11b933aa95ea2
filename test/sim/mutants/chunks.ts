/** Chunks: what a large limiter lends in parts. */
import type { Mutant } from './mutant.ts'

const CHUNK = 'lib/core/limits/chunk.ts'
const TASK = 'lib/core/limits/chunk-task.ts'
const MOVES = 'lib/use-cases/lending/chunk-moves.ts'
const READ = 'lib/use-cases/lending/limiter-capacity.ts'
const SET = 'lib/use-cases/operate/set-limiter.ts'

export const CHUNKS: readonly Mutant[] = [
  {
    name: 'moved though lent',
    file: CHUNK,
    find: 'held(units.slots) - lentOut(slots)',
    replace: 'held(units.slots) - 0 * lentOut(slots)',
    breaks: 'what shards of a chunk use is lent again, there or in another chunk',
  },
  {
    name: 'capacity moved twice',
    file: MOVES,
    find: 'if (!owner) return undefined\n',
    replace: 'if (!owner) return { owner: before, root }\n',
    breaks: 'who was too late believes that the units have moved',
  },
  {
    name: 'moved, and kept as well',
    file: MOVES,
    find: 'recordBorrowed(before, { slots: after }, expiresAt)',
    replace: 'recordBorrowed(before, { slots: has }, expiresAt)',
    breaks: 'two chunks have the same units',
  },
  {
    name: 'sticky loan forgotten',
    file: READ,
    find: 'if (loan) return at(chunkOfLoan(loan.id))',
    replace: 'if (loan && loan.got < 0) return at(chunkOfLoan(loan.id))',
    breaks: 'a deploy divides a total, and what was lent before counts nowhere, or twice',
  },
  {
    name: 'beyond the limit chunks lend what they have',
    file: CHUNK,
    find: 'return left < 0 ? Math.min(own, left) : own',
    replace: 'return left < 0 ? Math.max(own, left) : own',
    breaks: 'a total that was lowered or paused',
  },
  {
    name: 'nobody notes that shards wait in a chunk',
    file: TASK,
    find: 'isInLine && (noted === undefined || isOld(noted, demand)))',
    replace: 'isInLine && (noted === undefined || isOld(noted, demand)) && cap < 0)',
    breaks: 'units lie idle in other chunks',
  },
  {
    name: 'units stay where nobody waits',
    file: TASK,
    find: 'if (own > 0 && to)',
    replace: 'if (own > 0 && to && cap < 0)',
    breaks: 'shards of other chunks wait for them',
  },
  {
    name: 'a limit that is set is not told to chunks',
    file: SET,
    find: 'joinedBooks([root, ...(await fencedChunks({ store }, root, expiresAt))])',
    replace: 'joinedBooks([root])',
    breaks: 'passes that have read the old limit claim by it',
  },
]
