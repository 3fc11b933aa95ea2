/** What a shard is lent of several limiters in the writes that serve it at one of them. */
import type { TestedMutant } from './mutant.ts'

const SETTLING = 'lib/core/limits/settling.ts'
const ALONG = 'lib/core/limits/along.ts'
const RULES = ['test/unit/core/limits/along.test.ts', 'test/unit/core/limits/settling.test.ts'] as const
const SERVED = ['test/unit/use-cases/served-along.test.ts'] as const

export const SERVED_ALONG_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'what goes along asks nobody that waits',
    file: ALONG,
    find: "return unitsToBorrow(seen, 'slots', borrower) >=",
    replace: "return unitsToBorrow(seen, 'slots', borrower) + 100 >=",
    breaks:
      'shards that need one limiter are starved by those that need several, and more is lent than there is',
    tests: RULES,
  },
  {
    name: 'more goes along than can be used',
    file: ALONG,
    find: "if (jobsOf(partition, 'slots', borrower) >= jobs) return false",
    replace: "if (jobsOf(partition, 'slots', borrower) >= jobs + 100) return false",
    breaks: 'a unit lies with a shard that lacks another one',
    tests: RULES,
  },
  {
    name: 'the second that goes along sees what the first has not taken',
    file: ALONG,
    find: '    now = { ...now, books: changed(now.books, { loans: [loan], line: [] }) }',
    replace: '    now = { ...now, books: changed(now.books, { loans: [], line: [] }) }',
    breaks: 'the last unit is lent twice',
    tests: RULES,
  },
  {
    name: 'loans are counted, and not units',
    file: SETTLING,
    find: 'isLending: unitsLent(lent) > back ||',
    replace: 'isLending: lent.length > back ||',
    breaks: 'a heavy job gets a unit that somebody else borrows simultaneously',
    tests: RULES,
  },
  {
    name: 'what goes along costs a write of its own',
    file: SETTLING,
    find: "const room = resource === 'slots' && isWritten ?",
    replace: "const room = resource === 'slots' || isWritten ?",
    breaks: 'whoever gives nothing back writes for others',
    tests: RULES,
  },
  {
    name: 'who was served is forgotten if the next books cannot be written',
    file: 'lib/use-cases/lending/settle-all.ts',
    find: '    failed = { failure: { error } }',
    replace: '    failed = { failure: { error }, served: new Map() }',
    breaks: 'a unit lies with a shard that nobody visits before the sweep',
    tests: SERVED,
  },
  {
    name: 'who was served is forgotten if the shard’s own loan has changed',
    file: 'lib/use-cases/lending/settle.ts',
    find: "if (again === 'stale') return { ...NOTHING, served }",
    replace: "if (again === 'stale') return { ...NOTHING, served: NOBODY }",
    breaks: 'a unit lies with a shard that nobody visits before the sweep',
    tests: ['test/unit/use-cases/served-visited.test.ts'],
  },
  {
    name: 'who was served is forgotten if a later write of the same books fails',
    file: 'lib/use-cases/lending/served.ts',
    find: '    return { hasEntered: false, served, failure: { error } }',
    replace: '    return { hasEntered: false, served: NOBODY, failure: { error } }',
    breaks: 'a unit lies with a shard that nobody visits before the sweep',
    tests: ['test/unit/use-cases/served-visited.test.ts'],
  },
  {
    name: 'of one that was served by several, that counts which was read last',
    file: 'lib/use-cases/lending/served.ts',
    find: '...(before ?? seen), owners }',
    replace: '...seen, owners }',
    breaks:
      'a loan that was paid back since the first of them lent is found there anew, with units that others have',
    tests: ['test/unit/use-cases/who-follows.test.ts'],
  },
  {
    name: 'what goes along is offered again after each write',
    file: 'lib/use-cases/lending/settle.ts',
    find: '      result = { lack: result.lack, hasClaimed: result.hasClaimed }\n',
    replace: '',
    breaks: 'a unit goes again to a shard that has given it back',
    tests: SERVED,
  },
  {
    name: 'nothing goes along',
    file: 'lib/use-cases/lending/settle-all.ts',
    find: '    along.push(...servedBy(capacity, one))',
    replace: '    along.push(...servedBy(capacity, one).slice(0, 0))',
    breaks: 'each further limiter costs two writes a job',
    tests: SERVED,
  },
  {
    name: 'the line that waits is served last',
    file: 'lib/use-cases/lending/settle-all.ts',
    find: "Number(othersWait(other.capacity, 'slots')) - Number(othersWait(one.capacity, 'slots'))",
    replace: "Number(othersWait(one.capacity, 'slots')) - Number(othersWait(other.capacity, 'slots'))",
    breaks: 'what is given back to the others goes to nobody',
    tests: SERVED,
  },
  {
    name: 'what goes along goes to shards that a limiter does not cover',
    file: 'lib/use-cases/lending/served-along.ts',
    find: '!isStranger(context, capacity, borrower)',
    replace: '(1 > 0 || !isStranger(context, capacity, borrower))',
    breaks: 'units lie with shards that know nothing of them',
    tests: SERVED,
  },
  {
    name: 'what goes along goes to a chunk of which a shard may not borrow',
    file: 'lib/use-cases/lending/served-along.ts',
    find: 'capacity.limiter !== undefined && !capacity.chunk &&',
    replace: 'capacity.limiter !== undefined &&',
    breaks: 'a shard has units of two parts of one limiter, and knows of one',
    tests: ['test/unit/use-cases/who-follows.test.ts'],
  },
  {
    name: 'who goes along does so with the best priority',
    file: 'lib/use-cases/lending/served-along.ts',
    find: 'priority: priorityIn(place)',
    replace: 'priority: 0 * priorityIn(place)',
    breaks: 'a better job that waits for the other limiter is passed by',
    tests: ['test/unit/use-cases/who-follows.test.ts'],
  },
  {
    name: 'who visits the next one reads its item again',
    file: 'lib/use-cases/pass/pass.ts',
    find: '    ...(seen ? { seen } : {}),\n    ...(shared',
    replace: '    ...(shared',
    breaks: 'a unit is idle for longer, and each job costs one read more',
    tests: SERVED,
  },
  {
    name: 'who has lost decides by the same item again',
    file: 'lib/use-cases/pass/pass.ts',
    find: '(rounds === 0 && request.seen ?',
    replace: '(request.seen ?',
    breaks: 'the visit loses until it gives up, and the unit waits for a message',
    tests: SERVED,
  },
]
