/** Priorities in the line: in its order, in a place, and in what a shard leaves to others. */
import type { TestedMutant } from './mutant.ts'

const LENDING = 'lib/core/limits/lending.ts'
const GIVING_WAY = 'lib/core/limits/giving-way.ts'
const SETTLING = 'lib/core/limits/settling.ts'
const RULE = 'test/unit/core/limits/priorities.test.ts'
const WORLD = 'test/unit/use-cases/line-priorities.test.ts'

export const PRIORITY_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'the line knows no priorities',
    file: LENDING,
    find: 'one.priority - other.priority || one.jobs',
    replace: '0 * (one.priority - other.priority) || one.jobs',
    breaks: 'a better job waits for its turn among all others',
    tests: [RULE, WORLD],
  },
  {
    name: 'shards of queues that are gone stand in the line by their priority',
    file: LENDING,
    find: 'partition.isStranger?.(borrower) ? PRIORITY_OF_STRANGERS : priorityIn(place)',
    replace: 'PRIORITY_OF_STRANGERS > 0 ? priorityIn(place) : priorityIn(place)',
    breaks: 'worse jobs of all other queues wait until theirs comes back',
    tests: [RULE],
  },
  {
    name: 'a better job that is gone is waited for',
    file: 'lib/use-cases/lending/supply.ts',
    find: 'wantedOf(isUncertain(request) ? withoutPriorities(seen) : seen)',
    replace: 'wantedOf(isUncertain(request) ? seen : seen)',
    breaks: 'worse jobs wait for ever beside a unit that nobody uses',
    tests: [WORLD],
  },
  {
    name: 'a place keeps the priority with which it was taken',
    file: SETTLING,
    find: 'if (stays && priorityIn(was) === priority) return []',
    replace: 'if (stays) return []',
    breaks: 'a better job that comes later waits behind worse ones of others',
    tests: [RULE, WORLD],
  },
  {
    name: 'one that comes further in front does not look again',
    file: SETTLING,
    find: 'was === undefined || priorityIn(is) < priorityIn(was)',
    replace: 'was === undefined',
    breaks: 'a unit stays free that was given to nobody, for a heavier job stood in front',
    tests: [RULE],
  },
  {
    name: 'a better job goes to the end of the line',
    file: SETTLING,
    find: 'const turn = stays ? turnIn(was) : lastTurn(books[resource])',
    replace: 'const turn = lastTurn(books[resource])',
    breaks: 'one whose better job was cancelled has lost its turn',
    tests: [RULE],
  },
  {
    name: 'a shard gives no way to a better job that has enough',
    file: GIVING_WAY,
    find: 'if (priority !== undefined && priority !== awaited) return awaited < priority ? next : undefined',
    replace: 'if (priority !== undefined && priority < awaited) return undefined',
    breaks: 'a better job waits beside a unit that becomes free',
    tests: [RULE],
  },
  {
    name: 'a shard gives way to worse jobs',
    file: GIVING_WAY,
    find: 'return awaited < priority ? next : undefined',
    replace: 'return awaited !== priority ? next : undefined',
    breaks: 'a better job waits although its shard has the unit',
    tests: [RULE, WORLD],
  },
  {
    name: 'worse jobs use what has not just become free',
    file: 'lib/core/limits/portion.ts',
    find: 'usage.inUse[resource] + one * jobsThatGoFirst(portion, resource, portion.self)',
    replace: 'usage.inUse[resource] + 99 * one + one * jobsThatGoFirst(portion, resource, portion.self)',
    breaks: 'a shard with units claims its whole backlog before the better job of another',
    tests: [RULE],
  },
  {
    name: 'units are borrowed for worse jobs, too',
    file: 'lib/core/limits/portion.ts',
    find: 'const ready = Math.min(due, ...first)',
    replace: 'const ready = Math.min(due, ...first.map((jobs) => jobs + due))',
    breaks: 'one good job brings a shard the units for all of its others',
    tests: [RULE],
  },
  {
    name: 'all that is free is lent down the line',
    file: SETTLING,
    find: 'priorityOf(borrower) === priorityOf(others[0])',
    replace: 'priorityOf(borrower) >= priorityOf(others[0])',
    breaks: 'worse jobs get what better ones of the same shard still need',
    tests: [RULE],
  },
  {
    name: 'nobody looks at a full shard that has got a better job',
    file: 'lib/core/shard/attention.ts',
    find: 'key.ok && key.value.priority < worst',
    replace: 'key.ok && key.value.priority < worst - 9',
    breaks: 'others are served although the better job waits in a shard of the same limiter',
    tests: [WORLD],
  },
  {
    name: 'a full line keeps out better jobs',
    file: 'lib/core/limits/full-line.ts',
    find: 'priorityIn(place) <= own',
    replace: 'priorityIn(place) <= own + 9',
    breaks: 'a better job waits until two hundred worse ones have had their turn',
    tests: [RULE],
  },
  {
    name: 'units of a pool are asked for whatever the total could let start',
    file: 'lib/use-cases/lending/supply-all.ts',
    find: '...limiters.map((limiter) => jobsAtMost(limiter, usageOfDemand(context, limiter, demand))),',
    replace: '',
    breaks: 'a shard that has all of its total borrows of a pool and gives back, round after round',
    tests: ['test/unit/use-cases/two-limiters.test.ts'],
  },
  {
    name: 'who waits for a total that is paused stands in the line of a pool, too',
    file: 'lib/core/limits/gates.ts',
    find: 'gates.findIndex((gate) => jobsAtMost(gate.portion, gate) === 0)',
    replace: 'gates.findIndex((gate) => isOpen(gate.portion) && jobsAtMost(gate.portion, gate) === 0)',
    breaks: 'worse jobs of others wait for a better one that cannot start',
    tests: ['test/unit/use-cases/two-limiters.test.ts'],
  },
]
