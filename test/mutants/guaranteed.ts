/** Ways in which what is guaranteed of a total could be less, or too much. */
import type { TestedMutant } from './mutant.ts'

const GUARANTEE = 'lib/core/limits/guarantee.ts'
const LENDING = 'lib/core/limits/lending.ts'
const GIVING_WAY = 'lib/core/limits/giving-way.ts'
const RULE = 'test/unit/core/limits/guarantee.test.ts'

export const GUARANTEED_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a guarantee outgrows a total that was lowered',
    file: GUARANTEE,
    find: 'if (cap >= total) return',
    replace: 'if (cap >= 0 * total) return',
    breaks: 'all others wait until those have used what they are guaranteed',
    tests: [RULE],
  },
  {
    name: 'a guarantee of one is gone as soon as a total is lowered',
    file: GUARANTEE,
    find: '1 + Math.floor(((own - 1) * (cap - first)) / (total - first))',
    replace: 'Math.floor((own * cap) / total)',
    breaks: 'the neighbours have all of a total that somebody has lowered by one unit',
    tests: [RULE],
  },
  {
    name: 'of a lowered total the guaranteed keep the last unit',
    file: GUARANTEE,
    find: 'all.length + (isLeftToOthers ? 1 : 0)',
    replace: 'all.length + (isLeftToOthers ? 0 : 0)',
    breaks: 'nobody else runs as long as those have nothing to do',
    tests: [RULE, 'test/unit/core/limits/guarantee-property.test.ts'],
  },
  {
    name: 'two partitions that lack what is guaranteed keep each other from it',
    file: GUARANTEE,
    find: 'Math.max(Math.min(free, own), free',
    replace: 'Math.max(Math.min(free, 0 * own), free',
    breaks: 'units are free, and those that they are guaranteed to wait',
    tests: [RULE],
  },
  {
    name: 'a partition gives away what it is guaranteed',
    file: GIVING_WAY,
    find: 'const isOwn = needsOwn(partition, resource, self)',
    replace: 'const isOwn = needsOwn(partition, resource, self) && others.length < 0',
    breaks: 'a unit goes back that only the same partition may have again',
    tests: [RULE],
  },
  {
    name: 'those that have what is guaranteed to others keep it',
    file: GIVING_WAY,
    find: 'if (entitled !== undefined && !isOwn) return entitled',
    replace: 'if (entitled !== undefined && !isOwn && others.length < 0) return entitled',
    breaks: 'a guarantee that a deploy has brought is not given as long as the others have work',
    tests: [RULE],
  },
  {
    name: 'those that wait for what is guaranteed have no place of their own',
    file: LENDING,
    find: 'return [...guaranteed, ...others]',
    replace: 'return [...others, ...guaranteed]',
    breaks: 'one that nothing is guaranteed to stands before them, and gets nothing either',
    tests: [RULE],
  },
  {
    name: 'what is guaranteed waits behind the line of the others',
    file: LENDING,
    find: 'const isNext = isBefore(partition, resource, self, mates)',
    replace: 'const isNext = isBefore(partition, resource, self, mates.length > 0 ? mates : line.others)',
    breaks: 'units are kept for a partition, and it does not get them',
    tests: [RULE],
  },
  {
    name: 'of a partition only its plain shard counts',
    file: GUARANTEE,
    find: 'partitionIn(borrower) === partition)',
    replace: 'partitionIn(borrower) === partition && !/[|].*[|]/.test(borrower))',
    breaks: 'more is kept than is guaranteed, and nobody uses it',
    tests: [RULE],
  },
  {
    name: 'what is guaranteed comes back and is lent on by old books',
    file: 'lib/core/limits/settling.ts',
    find: '(isKeptBack(portion) && lent.length > 0)',
    replace: '(isKeptBack(portion) && lent.length > 99)',
    breaks: 'somebody else has given back at the same time: both units go to others',
    tests: [RULE],
  },
  {
    name: 'more is guaranteed than there is',
    file: 'lib/core/queue/guaranteed-input.ts',
    find: 'return sum > total ?',
    replace: 'return sum > 9 * total + 9 ?',
    breaks: 'not all guarantees can be kept',
    tests: ['test/unit/core/guaranteed-input.test.ts'],
  },
  {
    name: 'a guarantee that is set counts from the next visit on',
    file: 'lib/use-cases/lending/limiter-capacity.ts',
    find: '{ ...rest, ...part, borrowed }',
    replace: '{ ...rest, ...{ ...part, guaranteed: _guaranteed as never }, borrowed }',
    breaks: 'a loan that loses to it is made all the same, of the units that are kept by now',
    tests: ['test/unit/use-cases/guaranteed.test.ts'],
  },
  {
    name: 'what is guaranteed at run time comes in addition',
    file: 'lib/core/limits/guarantee-in-force.ts',
    find: 'override?.guaranteed ?? guaranteed ?? {}',
    replace: '{ ...guaranteed, ...override?.guaranteed }',
    breaks: 'what is configured cannot be taken back without a deploy',
    tests: ['test/unit/use-cases/guaranteed.test.ts'],
  },
  {
    name: 'a guarantee goes with the pause',
    file: 'lib/core/limits/pause.ts',
    find: '[concurrency, rateLimit, guaranteed].every(',
    replace: '[concurrency, rateLimit, guaranteed?.[""]].every(',
    breaks: 'who resumes a total takes back what somebody has guaranteed',
    tests: ['test/unit/use-cases/guaranteed.test.ts'],
  },
]
