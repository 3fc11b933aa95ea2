/** Chunks: what a large limiter lends in parts. */
import type { Mutant } from './mutant.ts'

const CHUNK = 'lib/core/limits/chunk.ts'
const TASK = 'lib/core/limits/chunk-task.ts'
const MOVES = 'lib/use-cases/lending/chunk-moves.ts'
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
    name: 'moved, and kept as well',
    file: MOVES,
    find: 'recordBorrowed(owner, { slots: after }, expiresAt)',
    replace: 'recordBorrowed(owner, { slots: has }, expiresAt)',
    breaks: 'two chunks have the same units',
  },
  {
    name: 'nobody notes that shards wait in a chunk',
    file: TASK,
    find: 'isInLine && (noted === undefined || isOld(noted, demand)))',
    replace: 'isInLine && (noted === undefined || isOld(noted, demand)) && cap < 0)',
    breaks: 'units lie idle in other chunks',
  },
  {
    name: 'a limit that is set is not told to chunks',
    file: SET,
    find: 'joinedBooks([root, ...(await fencedChunks({ store }, root, expiresAt))])',
    replace: 'joinedBooks([root])',
    breaks: 'passes that have read the old limit claim by it',
  },
]
