/** Ways in which a number that comes from an app's rate could be wrong, or be changed too late. */
import type { TestedMutant } from './mutant.ts'

const RATE_TESTS = 'test/unit/use-cases/set-app-rate.test.ts'
const RULE_TESTS = 'test/unit/core/limits/derived.test.ts'
const CONTRACT = 'test/contract/store-memory.test.ts'
const DERIVE = 'lib/use-cases/lending/derive.ts'
const SET = 'lib/use-cases/operate/set-app-rate.ts'

export const DERIVED_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'the derived number is rounded up',
    file: 'lib/core/limits/derived.ts',
    find: 'Math.floor(rate / (2 * frequency_s))',
    replace: 'Math.ceil(rate / (2 * frequency_s))',
    breaks: 'more calls than the API takes',
    tests: [RULE_TESTS],
  },
  {
    name: 'the floor is forgotten where the number is kept',
    file: 'lib/core/limits/app-rate.ts',
    find: 'Math.max(floor, maxConcurrentPerPartition(rate))',
    replace: 'Math.max(0 * floor, maxConcurrentPerPartition(rate))',
    breaks: 'partitions have fewer slots than was said',
    tests: [RULE_TESTS, RATE_TESTS],
  },
  {
    name: 'the rate is read before the item stands',
    file: DERIVE,
    find: 'owner.version === undefined ? await states.derive(owner, undefined, expiresAt) : owner',
    replace: 'owner.version === -1 ? await states.derive(owner, undefined, expiresAt) : owner',
    breaks: 'a partition that is made meanwhile keeps the old number',
    tests: [RATE_TESTS],
  },
  {
    name: 'a number of another configuration is kept',
    file: 'lib/core/limits/app-rate.ts',
    find: 'kept?.from === fingerprint(derivation)',
    replace: 'kept !== undefined && derivation.floor > 0',
    breaks: 'a deploy that changes the rate changes nothing',
    tests: [RATE_TESTS],
  },
  {
    name: 'what was set outlives a deploy that changes the rate',
    file: 'lib/core/limits/app-rate.ts',
    find: 'record !== undefined && isSameRate(record.configured, derivation.rate)',
    replace: 'record !== undefined',
    breaks: 'the newer of two rates is not in force',
    tests: [RATE_TESTS],
  },
  {
    name: 'a rate that is set fences no shard',
    file: 'lib/use-cases/operate/set-limits.ts',
    find: 'await fence([...new Set([',
    replace: 'void ([...new Set([',
    breaks: 'a pass that has read the old number claims by it',
    tests: [RATE_TESTS],
  },
  {
    name: 'a rate that is set begins anew each time',
    file: SET,
    find: 'let record = await announce(context, change)',
    replace: 'let { cursor: _, ...record } = await announce(context, change)',
    breaks: 'a call that has died and is made again counts everything twice',
    tests: [RATE_TESTS],
  },
  {
    name: 'nobody is woken when an app takes more',
    file: SET,
    find: 'owner.waiting || others.length > 0 ?',
    replace: 'owner.waiting && others.length > 0 ?',
    breaks: 'jobs wait beside free slots',
    tests: [RATE_TESTS],
  },
  {
    name: 'a queue that is gone keeps its number',
    file: SET,
    find: 'if (!derived || !isDerivedFrom(app, derived) ||',
    replace: 'if (derived || !isDerivedFrom(app, derived) ||',
    breaks: 'a deploy that brings the queue back admits by a rate that was replaced',
    tests: [RATE_TESTS],
  },
  {
    name: 'an older rate replaces a newer one',
    file: 'lib/adapters/memory/derived.ts',
    find: 'now.derived.generation > derived.generation',
    replace: 'now.derived.generation < 0 * derived.generation',
    breaks: 'the call that was first wins',
    tests: [CONTRACT],
  },
]
