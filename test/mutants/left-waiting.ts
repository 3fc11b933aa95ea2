/** Ways in which a job could be left waiting beside an idle slot, or a limit be broken, between two calls of two functions. */
import type { TestedMutant } from './mutant.ts'

const UNIT = 'test/unit/use-cases'
const LEFT_WAITING = `${UNIT}/left-waiting.test.ts`
const LIMITS_RACE = `${UNIT}/limits-race.test.ts`
const LENT_STARTS = `${UNIT}/lent-starts.test.ts`
const AT_REST = `${UNIT}/units-at-rest.test.ts`
const BOUNDS = `${UNIT}/lending-bounds.test.ts`
const SUPPLY = 'lib/use-cases/lending/supply.ts'
const SETTLE = 'lib/use-cases/lending/settle.ts'
const COLLECT = 'lib/use-cases/lending/collect.ts'

export const LEFT_WAITING_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'the books are read again, and the limits are not',
    file: 'lib/use-cases/lending/read-again.ts',
    find: 'return { ...next, limits, ownUse: unitsOfOwner(owner, limits, now)',
    replace: 'return { ...next, ownUse: unitsOfOwner(owner, limits, now)',
    breaks: 'a unit is passed on above a limit that was lowered',
    tests: [LIMITS_RACE],
  },
  {
    name: 'what is fetched back is kept, although more is out than the limit',
    file: COLLECT,
    find: 'capacity.self !== PLAIN && !capacity.limiter && !isOverLimit(capacity, resource)',
    replace: 'capacity.self !== PLAIN && !capacity.limiter',
    breaks: 'a lowered limit never comes down',
    tests: [LIMITS_RACE],
  },
  {
    name: 'a claim beside which there was no other slot is not fresh',
    file: 'lib/core/pass/claim.ts',
    find: '...(batch.some(({ runAt }) => isFresh(runAt, reading.since))',
    replace: '...(limits.slots > 1 && batch.some(({ runAt }) => isFresh(runAt, reading.since))',
    breaks: 'a late job goes behind those that were put before it',
    tests: [`${UNIT}/amid.test.ts`],
  },
  {
    name: 'a shard whose item is damaged is lent units',
    file: SETTLE,
    find: 'damaged.length > 0 ? { loans: [], line: damaged',
    replace: 'damaged.length > 1000 ? { loans: [], line: damaged',
    breaks: 'one damaged item stops its partition',
    tests: [BOUNDS],
  },
  {
    name: 'a limit that was taken away comes back by a take-over',
    file: 'lib/use-cases/operate/set-limits.ts',
    find: 'const owner = isSafe ? first : ((await write(first.shard)) ?? first)',
    replace: 'const owner = first',
    breaks: 'a customer who was resumed stays paused',
    tests: [LIMITS_RACE],
  },
  {
    name: 'the sweep goes by what a borrower’s own item shows',
    file: 'lib/use-cases/lending/limits-seen.ts',
    find: 'return limits && !limits.isPaused && mayHaveMore ?',
    replace: 'return limits && !limits.isPaused && mayHaveMore && !seen.waiting ?',
    breaks: 'a raised limit is not used until a handler ends',
    tests: [LEFT_WAITING],
  },
  {
    name: 'a start that is about to be made comes back at no time',
    file: COLLECT,
    find: 'startsReserved(Object.values(slots)) > 0 ?',
    replace: 'startsReserved(Object.values(slots)) < 0 ?',
    breaks: 'a shard that waits for it is not looked at',
    tests: [LENT_STARTS],
  },
  {
    name: 'a wake-up that came early is used up for nothing',
    file: SUPPLY,
    find: '(dueAt === undefined || dueAt <= now || dueAt === wokenFor)',
    replace: '(dueAt === undefined || dueAt <= now || (dueAt === wokenFor && dueAt < 0))',
    breaks: 'clocks that differ by seconds end the look for a start',
    tests: [LENT_STARTS],
  },
  {
    name: 'who frees a slot sees the line, and gives nothing',
    file: SETTLE,
    find: 'isAsked: looksAgain && RESOURCES.some(isNew)',
    replace: 'isAsked: !looksAgain && RESOURCES.some(isNew)',
    breaks: 'a shard that came to stand in the line meanwhile waits beside an idle slot',
    tests: [LEFT_WAITING],
  },
  {
    name: 'a reply that got lost, and a served shard that was faster',
    file: 'lib/core/limits/books.ts',
    find: 'line.every((change) => isServed(change) ||',
    replace: 'line.every((change) => (isServed(change) && change.turn === 0) ||',
    breaks: 'others that were served by the same write are never told',
    tests: [LEFT_WAITING],
  },
  {
    name: 'a visit that fails after a hand-off leaves nobody to look',
    file: 'lib/use-cases/pass/pass.ts',
    find: 'else await lookSoon(context, own.state.shard)',
    replace: 'else void lookSoon',
    breaks: 'an arrival that was sent away waits for the sweep',
    tests: [LEFT_WAITING],
  },
  {
    name: 'jobs are read for units that a shard in the line cannot get',
    file: 'lib/core/limits/portion.ts',
    find: 'const most = asksOthers ? asked :',
    replace: 'const most = asksOthers || !asksOthers ? asked :',
    breaks: 'what a hand-off costs in a spread partition',
    tests: [BOUNDS],
  },
  {
    name: 'a visit goes on however long it lasts',
    file: 'lib/use-cases/pass/pass.ts',
    find: 'rounds < MAX_ROUNDS && (rounds === 0 || !hasLasted(context, begunAt))',
    replace: 'rounds < MAX_ROUNDS',
    breaks: 'one busy shard holds up a batch of arrivals',
    tests: [LEFT_WAITING],
  },
  {
    name: 'a lowered limit comes down by a few shards a sweep',
    file: SUPPLY,
    find: 'const hasBrought = RESOURCES.some(',
    replace: 'const hasBrought = RESOURCES.length === 0 && RESOURCES.some(',
    breaks: 'after a deploy has lowered a limit, a job waits for an hour',
    tests: [AT_REST],
  },
  {
    name: 'what has arrived and is not used is not written down',
    file: 'lib/use-cases/lending/settle-all.ts',
    find: '|| hasMore(borrowed, known)',
    replace: '|| (1 > 2 && hasMore(borrowed, known))',
    breaks: 'others leave a unit alone that nobody is about to use',
    tests: [AT_REST],
  },
  {
    name: 'one line hides who has entered the other',
    file: SETTLE,
    find: '!othersWait(capacity, resource) && othersWait(now, resource)',
    replace: '!RESOURCES.some((one) => othersWait(capacity, one)) && othersWait(now, resource)',
    breaks: 'a shard waits for a slot beside an idle one, because another waits for a start',
    tests: [AT_REST],
  },
  {
    name: 'the sweep goes by what the plain shard’s own item shows',
    file: 'lib/use-cases/lending/limits-seen.ts',
    find: '(seen.books !== undefined && lentOut(seen.books.slots) > 0)',
    replace: '(seen.books !== undefined && lentOut(seen.books.slots) < 0)',
    breaks: 'the plain shard waits beside a unit that nobody uses',
    tests: [AT_REST],
  },
  {
    name: 'no fence after a limit was set for the second time',
    file: 'lib/use-cases/operate/set-limits.ts',
    find: 'if (owner.books && !first.books) await fence(knownShards(shard, owner, queue.shards).borrowers)',
    replace: 'void owner',
    breaks: 'a pass claims by a limit that was taken away',
    tests: [LIMITS_RACE],
  },
  {
    name: 'who waits asks those that wait, too',
    file: 'lib/use-cases/lending/lender.ts',
    find: '    givesWay(units, own + 1) ||\n',
    replace: '    givesWay(units, own + 1) ||\n    units > 0 ||\n',
    breaks: 'under a rate, what a job costs grows with the number of shards',
    tests: [`${UNIT}/looking-for-units.test.ts`],
  },
  {
    name: 'all are asked while more is out than the limit',
    file: COLLECT,
    find: 'isOverLimit(capacity, resource) ? READ_TOGETHER : others.length',
    replace: 'isOverLimit(capacity, resource) ? others.length : others.length',
    breaks: 'what an arrival costs after a limit was lowered',
    tests: [BOUNDS],
  },
  {
    name: 'a slot that is taken again is looked for in the line',
    file: 'lib/use-cases/pass/carry-out.ts',
    find: 'drop.length > Object.keys(take).length',
    replace: 'drop.length > 0',
    breaks: 'each job of a partition without a limit costs a read unit more',
    tests: [BOUNDS],
  },
]
