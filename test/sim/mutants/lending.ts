/** What is lent, to whom, and what comes back: the rules. */
import type { Mutant } from './mutant.ts'

const LENDING = 'lib/core/limits/lending.ts'
const LIMITER = 'lib/core/limits/limiter.ts'
const PORTION = 'lib/core/limits/portion.ts'
const SETTLING = 'lib/core/limits/settling.ts'
const GIVING_BACK = 'lib/core/limits/giving-back.ts'
const IN_USE = 'lib/core/shard/in-use.ts'

export const LENDING_RULES: readonly Mutant[] = [
  {
    name: 'lent without a cap',
    file: LENDING,
    find: 'capOf(limits, resource) - lentOut(books[resource]) - ownUse[resource]',
    replace: 'capOf(limits, resource) - 0 * (lentOut(books[resource]) + ownUse[resource])',
    breaks: 'the limit of a partition with shards',
  },
  {
    name: 'what is lent counts as free',
    file: LENDING,
    find: 'capOf(limits, resource) - lentOut(books[resource]) - ownUse[resource]',
    replace: 'capOf(limits, resource) - 0 * lentOut(books[resource]) - ownUse[resource]',
    breaks: 'one unit is lent to several shards',
  },
  {
    name: 'what the plain shard uses counts as free',
    file: LENDING,
    find: 'capOf(limits, resource) - lentOut(books[resource]) - ownUse[resource]',
    replace: 'capOf(limits, resource) - lentOut(books[resource]) - 0 * ownUse[resource]',
    breaks: 'units that are in use are lent',
  },
  {
    name: 'the plain shard ignores what is lent',
    file: PORTION,
    find: 'Math.max(0, capOf(limits, resource) - lentOut(books[resource]))',
    replace: 'Math.max(0, capOf(limits, resource) - 0 * lentOut(books[resource]))',
    breaks: 'units that are lent are used by their owner as well',
  },
  {
    name: 'claims while too much is out',
    file: PORTION,
    find: 'isOverLimit(portion, resource) ? 0 : unitsHeld(portion, resource)',
    replace: 'isOverLimit(portion, resource) ? unitsHeld(portion, resource) : unitsHeld(portion, resource)',
    breaks: 'a limit that was lowered is not obeyed for as long as there is work',
  },
  {
    name: 'the smaller number of units arrives',
    file: LIMITER,
    find: 'Math.max(borrowed.got, loan.lent)',
    replace: 'Math.min(borrowed.got, loan.lent)',
    breaks: 'what is lent once more never arrives',
  },
  {
    name: 'loans without an id',
    file: 'lib/use-cases/lending/loan-id.ts',
    find: 'random.token() as string as LoanId',
    replace: "(random.token() && 'loan') as LoanId",
    breaks: 'what an earlier loan returned counts for a later one',
  },
  {
    name: 'what was returned is forgotten again',
    file: LIMITER,
    find: 'Math.max(loan.returned, borrowed.returned)',
    replace: 'Math.min(loan.returned, borrowed.returned)',
    breaks: 'units never come back',
  },
  {
    name: 'units in use are given back',
    file: GIVING_BACK,
    find: 'Math.max(spent.inUse[resource], unitsToKeep(portion, spent, lack, resource))',
    replace: 'Math.max(0 * spent.inUse[resource], unitsToKeep(portion, spent, lack, resource))',
    breaks: 'a unit is used in two shards',
  },
  {
    name: 'units are kept although others wait',
    file: GIVING_BACK,
    find: 'if (lack[resource] || !othersWait) return may[resource]',
    replace: 'if (!lack[resource] || othersWait) return may[resource]',
    breaks: 'an idle shard keeps others waiting',
  },
  {
    name: 'starts in the window are not in use',
    file: IN_USE,
    find: 'startsInWindow(window, rateLimit, now) + reserved',
    replace: '0 * startsInWindow(window, rateLimit, now) + reserved',
    breaks: 'starts that are remembered are given to other shards',
  },
  {
    name: 'starts of claims are not in use',
    file: IN_USE,
    find: 'startsInWindow(window, rateLimit, now) + reserved',
    replace: 'startsInWindow(window, rateLimit, now) + 0 * reserved',
    breaks: 'starts that claims hold are given to other shards',
  },
  {
    name: 'who lacks units stands in no line',
    file: SETTLING,
    find: 'return [{ resource, borrower: self, turn: placeAt(priority, turn) }]',
    replace: 'return turn < 0 ? [{ resource, borrower: self, turn: 1 }] : []',
    breaks: 'nobody gives way to a shard that waits',
  },
  {
    name: 'who lacks nothing stays in the line',
    file: SETTLING,
    find: 'RESOURCES.filter((resource) => !lack[resource])',
    replace: 'RESOURCES.filter((resource) => !lack[resource] && !RESOURCES)',
    breaks: 'units go to shards without work',
  },
  {
    name: 'nobody in the line is served',
    file: SETTLING,
    find: 'borrower) || served.length === MOST_SERVED) break',
    replace: 'borrower) || served.length === MOST_SERVED || served.length === 0) break',
    breaks: 'shards wait beside free units',
  },
  {
    name: 'all in the line are served',
    file: SETTLING,
    find: 'if (units > freeAmong(free, unfilled, borrower) || served.length === MOST_SERVED) break',
    replace: 'if (served.length === 100) break',
    breaks: 'more is lent than there is',
  },
  {
    name: 'the books are not told what comes back',
    file: SETTLING,
    find: 'return is?.returned === was.returned ? [] : [{ resource, borrower: self, was, is }]',
    replace:
      'return is?.returned === was.returned || was.lent > 0 ? [] : [{ resource, borrower: self, was, is }]',
    breaks: 'units that a shard has given back are lost',
  },
]
