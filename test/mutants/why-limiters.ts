/** Ways in which what a limiter, or a whole queue, says of itself could be wrong. */
import type { TestedMutant } from './mutant.ts'

const WHY: TestedMutant['tests'] = ['test/unit/use-cases/why-limiter.test.ts']
const QUEUE: TestedMutant['tests'] = ['test/unit/use-cases/why-queue.test.ts']
const CENSUS = 'lib/core/why/census.ts'
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
  {
    name: 'a queue does not say that somebody has paused it',
    file: 'lib/use-cases/operate/why-queue.ts',
    find: 'now, configured: queue }',
    replace: 'now }',
    breaks: 'nobody knows whom to ask',
    tests: QUEUE,
  },
  {
    name: 'the one that waits longest is what it was when it was counted',
    file: 'lib/use-cases/operate/why-queue.ts',
    find: 'const looked = await lookAt(eyes, longest.shard as ShardKey)',
    replace: 'const looked = await lookAt(eyes, longest.shard.slice(0, -1) as ShardKey)',
    breaks: 'somebody seems to wait for nothing',
    tests: QUEUE,
  },
  {
    name: 'a count says what held shards that nobody has looked at',
    file: CENSUS,
    find: "if (!isHeldBack(state, now)) return 'nothing'",
    replace: "if (isHeldBack(state, now) && now < 0) return 'nothing'",
    breaks: 'a lost message looks like a limit',
    tests: QUEUE,
  },
  {
    name: 'a count names each value of a tag',
    file: CENSUS,
    find: "by.replace(/=.*$/, '=…')",
    replace: 'by',
    breaks: 'the item grows with the number of values',
    tests: QUEUE,
  },
  {
    name: 'of two that wait the one that came last is the longest',
    file: CENSUS,
    find: '.toSorted((earlier, later) => earlier.since - later.since)',
    replace: '.toSorted((earlier, later) => later.since - earlier.since)',
    breaks: 'the oldest job is forgotten',
    tests: QUEUE,
  },
  {
    name: 'a count has as many names as there are',
    file: CENSUS,
    find: 'sum.has(name) || sum.size < MOST_NAMES ? name : OTHER',
    replace: 'name',
    breaks: 'what somebody wrote by hand fills the item',
    tests: ['test/unit/core/census.test.ts'],
  },
  {
    name: 'a glance leaves out what held the jobs',
    file: 'lib/adapters/dynamodb/state-glance.ts',
    find: '...(held ? { held: (held.L ?? unexpected()).map(heldOf) } : {}),',
    replace: '...(held ? { waiting: (held.L ?? unexpected()).map(heldOf).length < 0 } : {}),',
    breaks: 'a sweep does not know what holds anybody',
    tests: ['test/unit/adapters/state-glance.test.ts'],
  },
  {
    name: 'why of a job does not know that it passes worse ones',
    file: 'lib/use-cases/operate/look-at.ts',
    find: 'within(withWaiting(all, firsts, staying),',
    replace: 'within(withWaiting(all, firsts.slice(firsts.length), staying),',
    breaks: 'a job seems to be held that the next pass claims',
    tests: ['test/unit/use-cases/why.test.ts'],
  },
  {
    name: 'why of a job does not say who has paused a rate',
    file: 'lib/use-cases/operate/explained.ts',
    find: "(hold.reason === 'shared rate' && !hold.nextAt)",
    replace: "(hold.reason === 'shared rate' && hold.nextAt === 0)",
    breaks: 'nobody knows whom to ask',
    tests: WHY,
  },
]
