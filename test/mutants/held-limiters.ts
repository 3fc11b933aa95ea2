/** Mistakes with what people set for totals and pools while they are in use. */
import type { TestedMutant } from './mutant.ts'

const HELD = 'test/unit/use-cases/hold-limiters.test.ts'
const MEMORY = 'test/contract/store-memory.test.ts'
const DYNOXIDE = 'test/contract/store-dynoxide.test.ts'

export const HELD_LIMITERS: readonly TestedMutant[] = [
  {
    name: 'resuming takes back what was set, too',
    file: 'lib/core/limits/pause.ts',
    find: 'return [concurrency, rateLimit, guaranteed].every(',
    replace: 'if (concurrency !== -1) return undefined\n  return [concurrency, rateLimit, guaranteed].every(',
    breaks: 'whoever resumes widens what somebody else has set meanwhile',
    tests: [HELD],
  },
  {
    name: 'limits that are set resume',
    file: 'lib/core/limits/pause.ts',
    find: 'override?.paused ? { ...limits, paused: override.paused } : limits',
    replace: 'override?.paused?.by === 0 ? { ...limits, paused: override.paused } : limits',
    breaks: 'what somebody has paused runs',
    tests: [HELD],
  },
  {
    name: 'a pause holds nothing',
    file: 'lib/core/limits/in-force.ts',
    find: 'overrideProblem === undefined && !override?.paused',
    replace: 'overrideProblem === undefined',
    breaks: 'jobs start in what is paused',
    tests: [HELD],
  },
  {
    name: 'what people set is written over what others have set',
    file: 'lib/adapters/memory/states.ts',
    find: 'isOverriddenAs(now, owner) ? write',
    replace: 'isOverriddenAs(now, now) ? write',
    breaks: 'of two people one undoes what the other has said',
    tests: [MEMORY],
  },
  {
    name: 'the table takes what people set over what others have set',
    file: 'lib/adapters/dynamodb/set-by-people.ts',
    find: '  sameOverride(change, owner)\n',
    replace: '',
    breaks: 'of two people one undoes what the other has said',
    tests: [DYNOXIDE],
  },
  {
    name: 'a slow-down lets an item with an override go',
    file: 'lib/adapters/dynamodb/states.ts',
    find: 'expiresAt === undefined ? undefined : isOverridden)',
    replace: 'expiresAt === undefined || isOverridden ? undefined : undefined)',
    breaks: 'a week later a pool has the configured units again',
    tests: [DYNOXIDE],
  },
  {
    name: 'a handler that names a limiter slows nothing down',
    file: 'lib/use-cases/attempt/hand-off.ts',
    find: 'for (const limiter of slowLimiters) await',
    replace: 'for (const limiter of jobStands ? [] : slowLimiters) await',
    breaks: 'the service is called as before',
    tests: [HELD],
  },
  {
    name: 'a limiter is set without fences',
    file: 'lib/use-cases/operate/set-limiter.ts',
    find: "await fenceAll({ store }, borrowers, expiresAt, 'limits')",
    replace: 'await Promise.resolve(expiresAt)',
    breaks: 'a pass that had read the old limit claims by it',
    tests: ['test/unit/use-cases/limiters.test.ts', HELD],
  },
  {
    name: 'nobody is woken when a limiter is resumed',
    file: 'lib/use-cases/operate/set-limiter.ts',
    find: 'new Set([...borrowers, ...waiting])',
    replace: 'new Set(borrowers)',
    breaks: 'what waits in the line waits for the sweep',
    tests: [HELD, 'test/unit/use-cases/limiters.test.ts'],
  },
  {
    name: 'an override by hand in a limiter goes with its item',
    file: 'lib/use-cases/sweep/sweep.ts',
    find: '    keepLimiters(context),\n',
    replace: '',
    breaks: 'a pool that nobody uses has the configured units again',
    tests: [HELD],
  },
  {
    name: 'a slow-down of a limiter is said to be of the partition',
    file: 'lib/core/limits/gates.ts',
    find: '...(name ? { slowedBy: name } : {})',
    replace: '...(name ? {} : {})',
    breaks: 'why names nobody who has asked for it',
    tests: [HELD],
  },
]
