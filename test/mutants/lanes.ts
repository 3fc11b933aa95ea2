/** Lanes: what the simulation does not run, or too rarely. */
import type { TestedMutant } from './mutant.ts'

const DYNAMO = 'lib/adapters/dynamodb/job-lanes.ts'
const CONTRACT = 'test/contract/store-dynoxide.test.ts'
const LANES = 'test/unit/use-cases/lanes.test.ts'
const KEEPING = 'lib/core/limits/keeping.ts'
const RULES = 'test/unit/core/limits/keeping.test.ts'
const MISPLACED = 'lib/use-cases/pass/misplaced.ts'

export const LANE_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a move does not depend on the version',
    file: DYNAMO,
    find: "{ of: 'source', write: countsAsPass(database, state, expiresAt) },",
    replace: "...[{ of: 'source' as const, write: countsAsPass(database, state, expiresAt) }].slice(1),",
    breaks: 'a job is claimed and moved',
    tests: [CONTRACT],
  },
  {
    name: 'a move leaves the lock behind',
    file: DYNAMO,
    find: 'const lock = next && takeLockAlong(database, item, next)',
    replace: 'const lock = next && takeLockAlong(database, { ...item, uniqueKey: undefined }, next)',
    breaks: 'a unique key is free although its job waits',
    tests: [CONTRACT],
  },
  {
    name: 'a move takes the place of another job',
    file: DYNAMO,
    find: 'Item: toItem(next), ConditionExpression: NOT_THERE',
    replace: 'Item: toItem(next), ConditionExpression: `$' + '{NOT_THERE} OR attribute_exists(pk)`',
    breaks: 'a twin is lost',
    tests: [CONTRACT],
  },
  {
    name: 'a job that is put once more after it was moved runs twice',
    file: MISPLACED,
    find: 'if (there && isSameItem(there, to)) {',
    replace: 'if (there && isSameItem(there, to) && to !== next) {',
    breaks: 'a put whose reply was lost makes two jobs',
    tests: [LANES],
  },
  {
    name: 'a deploy that is under way is not waited for',
    file: MISPLACED,
    find: '!isKnownLane(config, parts.value) && !(await deployment.isAlone())',
    replace: '!isKnownLane(config, parts.value) && !(await deployment.isAlone()) && shard.length < 0',
    breaks: 'functions of two versions move a job to and fro',
    tests: [LANES],
  },
  {
    name: 'limiters are kept against the order',
    file: KEEPING,
    find: '? n > index : ofLane === true',
    replace: '? n !== index : ofLane === true',
    breaks: 'two shards have what the other waits for',
    tests: [RULES],
  },
  {
    name: 'a lane that waits for a tag keeps its slot',
    file: KEEPING,
    find: 'if (index === 0) return lacking.some(({ portion }) => !portion.ofLane)',
    replace: 'if (index === 0) return lacking.length > 0',
    breaks: 'blocked jobs hide the others of their partition',
    tests: [RULES],
  },
  {
    name: 'the limit of each value is forgotten',
    file: 'lib/core/queue/tags-input.ts',
    find: 'if (limit.each) return eachNamed(key, value)',
    replace: 'if (limit.each) return undefined',
    breaks: 'two jobs of one user',
    tests: [LANES],
  },
  {
    name: 'a lane loses its place in the line with each visit',
    file: 'lib/core/limits/gates.ts',
    find: 'const awaited = awaitedGate(gates)',
    replace: 'const awaited = Math.min(-1, awaitedGate(gates))',
    breaks: 'a lane whose partition is busy is passed by',
    tests: [RULES],
  },
  {
    name: 'jobs with locks are moved with others',
    file: 'lib/use-cases/pass/misplaced.ts',
    find: 'isAlone: ({ item }) => lockKeyOf(item) !== undefined',
    replace: 'isAlone: ({ item }) => lockKeyOf(item) === null',
    breaks: 'a raw item with somebody else’s unique key costs all that are moved with it their own',
    tests: ['test/unit/use-cases/lanes-moves.test.ts'],
  },
  {
    name: 'more is moved than a transaction takes',
    file: 'lib/use-cases/pass/misplaced.ts',
    find: 'const MOST_BYTES = 1_500_000',
    replace: 'const MOST_BYTES = 150_000_000',
    breaks: 'DynamoDB refuses the move for ever, and nothing of the partition runs',
    tests: ['test/unit/use-cases/lanes-moves.test.ts'],
  },
  {
    name: 'units are kept for a start that takes long',
    file: KEEPING,
    find: '  !lack?.starts || (limits',
    replace: '  lack !== undefined || (limits',
    breaks: 'a lane of a slow rate keeps a tag from all other partitions for a period',
    tests: [RULES],
  },
]
