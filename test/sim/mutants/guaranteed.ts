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
    name: 'what is guaranteed at run time is lent to others',
    file: 'lib/core/limits/guarantee-in-force.ts',
    find: 'override?.guaranteed ?? guaranteed ?? {}',
    replace: 'guaranteed ?? {}',
    breaks: 'a guarantee without a deploy keeps nothing',
  },
  {
    name: 'a lowered total keeps nothing of a guarantee of one',
    file: GUARANTEE,
    find: '1 + Math.floor(((own - 1) * (cap - first)) / (total - first))',
    replace: 'Math.floor((own * cap) / total)',
    breaks: 'others have all of a total that somebody has lowered by one unit',
  },
  {
    name: 'a guarantee is lifted with a pause',
    file: 'lib/core/limits/pause.ts',
    find: 'return [concurrency, rateLimit, guaranteed].every(',
    replace: 'return [concurrency, rateLimit, guaranteed?.[""]].every(',
    breaks: 'who resumes a total takes back what somebody has guaranteed',
  },
]
