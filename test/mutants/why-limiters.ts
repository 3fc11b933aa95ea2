/** Ways in which what a limiter says of itself could be wrong. */
import type { TestedMutant } from './mutant.ts'

const WHY: TestedMutant['tests'] = ['test/unit/use-cases/why-limiter.test.ts']
const SEE = 'lib/use-cases/operate/see-limiter.ts'
const ASK = 'lib/use-cases/operate/why-limiter.ts'

export const WHY_LIMITER_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a limiter forgets what is guaranteed',
    file: SEE,
    find: '...(guaranteed ? { guaranteed } : {}),',
    replace: '',
    breaks: 'units seem to be free that are kept for others',
    tests: WHY,
  },
  {
    name: 'a limiter looks at its root alone',
    file: SEE,
    find: 'joinedBooks([root, ...(await readChunks({ store }, root))])',
    replace: 'joinedBooks([root])',
    breaks: 'a large limit seems to be unused',
    tests: WHY,
  },
  {
    name: 'a limiter that is full says nothing of its rate, too',
    file: ASK,
    find: 'if (!rate || ofUnits.some(isStopped)) return ofUnits',
    replace: 'if (!rate || ofUnits.length > 0) return ofUnits',
    breaks: 'people wait for units, and then for the rate',
    tests: WHY,
  },
  {
    name: 'a pause is said of units and of the rate',
    file: ASK,
    find: 'if (!rate || ofUnits.some(isStopped)) return ofUnits',
    replace: 'if (!rate) return ofUnits',
    breaks: 'the same is said twice',
    tests: WHY,
  },
  {
    name: 'a rate is asked for a job that no queue has',
    file: ASK,
    find: 'return costs.length === 0 ? rate : { ...rate, cost: Math.min(...costs) }',
    replace: 'return costs.length >= 0 ? rate : { ...rate, cost: Math.min(...costs) }',
    breaks: 'a start seems to be free that nobody can use',
    tests: WHY,
  },
  {
    name: 'those who wait come in any order',
    file: SEE,
    find: "const served = portion ? lineOf(portion, 'slots') : []",
    replace: "const served = portion && lineOf(portion, 'slots').length < 0 ? [''] : []",
    breaks: 'somebody else is served first than was said',
    tests: WHY,
  },
  {
    name: 'a rate that is paused does not say by whom',
    file: 'lib/core/why/reason.ts',
    find: 'hold.nextAt === undefined ? pauseIn(',
    replace: 'hold.nextAt === -1 ? pauseIn(',
    breaks: 'nobody knows whom to ask',
    tests: WHY,
  },
]
