/** What is guaranteed of a total to some of its partitions. */
import type { Mutant } from './mutant.ts'

const GUARANTEE = 'lib/core/limits/guarantee.ts'

export const GUARANTEED: readonly Mutant[] = [
  {
    name: 'what is kept for a partition is lent to others',
    file: GUARANTEE,
    find: 'free - (sumOf(unfilled) - own))',
    replace: 'free - 0 * (sumOf(unfilled) - own))',
    breaks: 'a guarantee keeps nothing',
  },
  {
    name: 'what is kept for a partition is served to the line',
    file: 'lib/core/limits/settling.ts',
    find: 'units > freeAmong(free, unfilled, borrower)',
    replace: 'units > Math.max(free, freeAmong(free, unfilled, borrower))',
    breaks: 'what comes back of a guarantee goes to whoever waits',
  },
  {
    name: 'of a partition only its plain shard counts',
    file: GUARANTEE,
    find: 'partitionIn(borrower) === partition)',
    replace: 'partitionIn(borrower) === partition && !/[|].*[|]/.test(borrower))',
    breaks: 'more is kept than is guaranteed, and nobody uses it',
  },
  {
    name: 'what is guaranteed comes back and is lent on by old books',
    file: 'lib/core/limits/settling.ts',
    find: '(isKeptBack(portion) && served.loans.length > 0)',
    replace: '(isKeptBack(portion) && served.loans.length > 99)',
    breaks: 'somebody else has given back at the same time: both units go to others',
  },
  {
    name: 'one that waits looks for what is kept for others',
    file: 'lib/use-cases/lending/settle.ts',
    find: "return unitsToBorrow(capacity, 'slots', self) >= unitsOfOneJob(capacity, 'slots', self)",
    replace: "return unitsToBorrow(capacity, 'slots', self) + 99 >= unitsOfOneJob(capacity, 'slots', self)",
    breaks: 'it goes round and round',
  },
]
