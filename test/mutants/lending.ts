/** Lending, where the simulation cannot tell: who is next, what a write saves, and what only an earlier version left. */
import type { TestedMutant } from './mutant.ts'

const LIMITS = 'test/unit/core/limits'
const LENDING = 'test/unit/use-cases/lending.test.ts'
const LIMITS_SET = 'test/unit/use-cases/limits-set.test.ts'
const TAKE_OVER_TEST = 'test/unit/use-cases/take-over.test.ts'
const LIMITER = 'lib/core/limits/limiter.ts'
const PORTION = 'lib/core/limits/portion.ts'
const SETTLING = 'lib/core/limits/settling.ts'
const GIVING_BACK = 'lib/core/limits/giving-back.ts'
const LENDING_RULES = 'lib/core/limits/lending.ts'
const TAKE_OVER = 'lib/use-cases/lending/take-over.ts'

export const LENDING_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'who is served keeps the turn',
    file: SETTLING,
    find: 'isFull(borrower) ? undefined : placeAt(priority, last + index)',
    replace: 'isFull(borrower) ? undefined : placeAt(priority, last - 1 + 0 * index)',
    breaks: 'of those who wait one is served again and again',
    tests: [`${LIMITS}/settling.test.ts`],
  },
  {
    name: 'who gives a unit back keeps the turn',
    file: SETTLING,
    find: 'const stays = was !== undefined && !hadTurn',
    replace: 'const stays = was !== undefined && (hadTurn || !hadTurn)',
    breaks: 'the shard that gave way is the next to be served',
    tests: [`${LIMITS}/settling.test.ts`],
  },
  {
    name: 'served without a look at the version',
    file: SETTLING,
    find: 'isLending: parts.some(({ isLending }) => isLending),',
    replace: 'isLending: parts.length === 0,',
    breaks: 'a unit goes to one who waits while another borrows it',
    tests: [`${LIMITS}/settling.test.ts`],
  },
  {
    name: 'the line by turn alone',
    file: LENDING_RULES,
    find: 'one.jobs - other.jobs || one.turn - other.turn',
    replace: 'one.turn - other.turn || one.jobs - other.jobs',
    breaks: 'a shard that has much is served before one that has nothing',
    tests: [`${LIMITS}/lending.test.ts`],
  },
  {
    name: 'newcomers borrow before those who wait',
    file: LENDING_RULES,
    find: 'return inOrder({ ...own, priority }, other) < 0',
    replace: 'return inOrder({ ...own, priority }, other) < 1e9',
    breaks: 'a busy shard takes what has become free for another',
    tests: [`${LIMITS}/lending.test.ts`],
  },
  {
    name: 'a unit passed on to equals',
    file: LIMITER,
    find: 'units - unitsOfWaiting >= 2',
    replace: 'units - unitsOfWaiting >= 0',
    breaks: 'two shards pass a unit to and fro, for two writes each time',
    tests: [`${LIMITS}/limiter.test.ts`],
  },
  {
    name: 'a shard without jobs keeps starts from those that have as many',
    file: PORTION,
    find: 'waiting?.length === 0 && inUse.starts > 0',
    replace: 'waiting?.length === 0 && inUse.starts < 0',
    breaks:
      'starts are forgotten in an idle shard, and nobody looks: the first in the line has a start itself, and others none',
    tests: [`${LIMITS}/portion.test.ts`],
  },
  {
    name: 'beyond the limit, units stay in chunks that nobody visits',
    file: 'lib/core/limits/chunk-task.ts',
    find: "isInLine ? { kind: 'bring back' } : NOTHING",
    replace: "isInLine && number < 0 ? { kind: 'bring back' } : NOTHING",
    breaks: 'after a deploy that lowers a limit nothing starts any more, though nothing runs',
    tests: [`${LIMITS}/chunk-task.test.ts`],
  },
  {
    name: 'beyond the limit, of what chunks have comes back only what is too much',
    file: 'lib/use-cases/lending/bring-back.ts',
    find: 'isInLine ? Math.min(free, -leftIn(root, cap)) : free',
    replace: 'isInLine || free > 0 ? Math.min(free, -leftIn(root, cap)) : free',
    breaks: 'the limit is kept, and its units lie where nobody needs them',
    tests: ['test/unit/use-cases/chunks.test.ts'],
  },
  {
    name: 'a loan that is paid back stays in the books',
    file: LIMITER,
    find: 'returned >= loan.lent ? undefined : { ...loan, returned }',
    replace: 'returned > loan.lent ? undefined : { ...loan, returned }',
    breaks: 'the books grow by every shard that there has ever been',
    tests: [`${LIMITS}/limiter.test.ts`],
  },
  {
    name: 'what an earlier loan returned counts',
    file: LIMITER,
    find: 'if (borrowed.id !== loan.id) return loan',
    replace: "if (borrowed.id === '') return loan",
    breaks: 'units come back that are in use',
    tests: [`${LIMITS}/limiter.test.ts`],
  },
  {
    name: 'a loan arrives as it was at first',
    file: LIMITER,
    find: 'got: loan.lent, returned: loan.returned }',
    replace: 'got: loan.lent, returned: 0 }',
    breaks: 'a shard whose item was lost has what it had given back',
    tests: [`${LIMITS}/limiter.test.ts`],
  },
  {
    name: 'units without a loan are nobody’s',
    file: LIMITER,
    find: "if (!loan) return held(borrowed) > 0 ? 'stale' : {}",
    replace: 'if (!loan) return held(borrowed) > 0 ? {} : {}',
    breaks: 'after books were lost what is in use is lent once more',
    tests: [`${LIMITS}/limiter.test.ts`, LENDING],
  },
  {
    name: 'a shard keeps the units of an earlier loan',
    file: LIMITER,
    find: "if (held(borrowed) > 0) return 'stale'\n",
    replace: 'if (borrowed && held(borrowed) > 0) return { borrowed }\n',
    breaks: 'units of a loan that is no more are used',
    tests: [`${LIMITS}/limiter.test.ts`],
  },
  {
    name: 'units given back with every pass',
    file: GIVING_BACK,
    find: 'if (lack[resource] || !othersWait) return may[resource]',
    replace: 'if (lack[resource] && !othersWait) return may[resource]',
    breaks: 'every job costs the writes of a loan',
    tests: [`${LIMITS}/portion.test.ts`, LENDING],
  },
  {
    name: 'no more is asked for after all has come',
    file: PORTION,
    find: 'mayGet[resource] > had[resource] && has[resource] >= mayGet[resource]',
    replace: 'mayGet[resource] > had[resource] && has[resource] > 2 * mayGet[resource]',
    breaks: 'a shard with a backlog stands in the line beside free units',
    tests: [LENDING],
  },
  {
    name: 'a shard that is served goes by its own item',
    file: 'lib/use-cases/pass/round.ts',
    find: 'isUncertain(request) || mayHaveMore',
    replace: 'isUncertain(request) || (mayHaveMore && state.version === 0)',
    breaks: 'units that were lent to a busy shard lie there until one of its jobs ends',
    tests: [LENDING],
  },
  {
    name: 'a worker does not go on with the other shard',
    file: 'lib/use-cases/pass/pass.ts',
    find: 'const goesOn = own === undefined && runUntil !== undefined && !isServed',
    replace: 'const goesOn = own === undefined && runUntil === undefined && !isServed',
    breaks: 'every unit that is given away costs a message and a start',
    tests: [LENDING],
  },
  {
    name: 'all is fetched from a shard that waits',
    file: 'lib/use-cases/lending/lender.ts',
    find: '(mayTakeAll ? idle :',
    replace: '(mayTakeAll || !mayTakeAll ? idle :',
    breaks: 'two shards take their units from each other for ever',
    tests: [LENDING],
  },
  {
    name: 'books go while they are in use',
    file: 'lib/use-cases/lending/settle.ts',
    find: 'if (loans.length + line.length === 0 && !isTouchedLongAgo(now.owner, rateLimit, context.clock.now()))',
    replace:
      'if (loans.length + line.length === 0 && (rateLimit || !isTouchedLongAgo(now.owner, rateLimit, Number.NEGATIVE_INFINITY)))',
    breaks: 'after a week a limit is lent once more',
    tests: ['test/unit/use-cases/lost-books.test.ts'],
  },
  {
    name: 'an earlier version is not taken over',
    file: 'lib/use-cases/lending/capacities.ts',
    find: 'if (await isFromBefore(context, queue, owner)) {',
    replace: 'if (owner.books && (await isFromBefore(context, queue, owner))) {',
    breaks: 'an update exceeds limits, and forgets those that were set at run time',
    tests: [TAKE_OVER_TEST],
  },
  {
    name: 'a limit set before is not taken over',
    file: TAKE_OVER,
    find: 'const override = isSet ? undefined : strictest(states)',
    replace: 'const override = isSet ? undefined : strictest(states.slice(states.length))',
    breaks: 'an update un-pauses customers',
    tests: [TAKE_OVER_TEST],
  },
  {
    name: 'the first of the limits set before is taken over',
    file: TAKE_OVER,
    find: 'most(one) - most(other)',
    replace: 'most(other) - most(one)',
    breaks: 'where a caller died half way, more runs than was meant',
    tests: [TAKE_OVER_TEST],
  },
  {
    name: 'the books are opened before the shards are fenced',
    file: TAKE_OVER,
    find: 'if (!state.borrowed && !(await context.store.states.recordBorrowed(state, borrowed))) return',
    replace: 'void context.store.states.recordBorrowed',
    breaks: 'a pass of the version before claims what has been lent',
    tests: [TAKE_OVER_TEST],
  },
  {
    name: 'a damaged item of an earlier version has nothing in flight',
    file: TAKE_OVER,
    find: 'for (const key of damaged) loans',
    replace: 'for (const key of damaged.slice(damaged.length)) loans',
    breaks: 'more runs than the limit allows beside what a damaged item holds',
    tests: [TAKE_OVER_TEST],
  },
  {
    name: 'no look after a write that enters the line',
    file: 'lib/use-cases/pass/carry-out.ts',
    find: 'const asksAgain = hasEntered || ofPass.asksAgain',
    replace: 'const { asksAgain } = ofPass',
    breaks: 'what became free between the look and the line is lost',
    tests: [LENDING],
  },
  {
    name: 'what the plain shard has just claimed is lent',
    file: 'lib/use-cases/lending/read-again.ts',
    find: 'return { ...next, limits, ownUse: unitsOfOwner(owner, limits, now)',
    replace: 'return { ...next, limits',
    breaks: 'a unit is used by two shards',
    tests: [LENDING],
  },
  {
    name: 'no look after entering the line',
    file: 'lib/use-cases/pass/carry-out.ts',
    find: "if (hasEntered || mayGetMore) return { kind: 'written', again: true, asksAgain: true, served }",
    replace:
      "void hasEntered\n  if (mayGetMore) return { kind: 'written', again: true, asksAgain: true, served }",
    breaks: 'what became free between the look and the line is lost',
    tests: [LENDING],
  },
  {
    name: 'a limit is set without fences',
    file: 'lib/use-cases/operate/set-limits.ts',
    find: 'await fenceAll({ store }, keys, keptUntil(clock.now()))',
    replace: 'await Promise.resolve(keptUntil(clock.now()))',
    breaks: 'a pass that had read the old limit claims by it',
    tests: [LIMITS_SET],
  },
  {
    name: 'the plain shard is read before the shard',
    file: 'lib/use-cases/pass/round.ts',
    find: '  const read = known?.state ?? (await store.states.read(request.shard)) ?? emptyState(request.shard)\n',
    replace: `  const [queue, part] = request.shard.split('|')
  let early = await store.states.read(\`\${queue}|\${part ?? ''}\` as ShardKey)
  const readEarly = (key: ShardKey) => {
    const was = early
    early = undefined
    return was && was.shard === key && key !== request.shard ? Promise.resolve(was) : store.states.read(key)
  }
  const states = Object.create(store.states, { read: { value: readEarly } })
  context = { ...context, store: Object.create(store, { states: { value: states } }) }
  const read = (await store.states.read(request.shard)) ?? emptyState(request.shard)
`,
    breaks: 'a pass between the two writes of whoever sets a limit claims by the old one',
    tests: [LIMITS_SET],
  },
  {
    name: 'lost books stay lost',
    file: 'lib/use-cases/lending/capacities.ts',
    find: "  if (capacity === 'stale') {\n    const borrowed = state.borrowed ?? {}",
    replace: "  if (capacity === 'stale' && now < 0) {\n    const borrowed = state.borrowed ?? {}",
    breaks: 'a shard whose loan is not in the books stands still',
    tests: ['test/unit/use-cases/lost-books.test.ts'],
  },
  {
    name: 'books that could not be settled are forgotten',
    file: 'lib/use-cases/pass/settle-safely.ts',
    find: 'await lookSoon(context, shard)',
    replace: 'void lookSoon',
    breaks: 'who waits is served by the sweep only',
    tests: [LENDING],
  },
  {
    name: 'what is lent of a paused partition is brought back',
    file: 'lib/use-cases/lending/supply.ts',
    find: 'capOf(capacity.limits, resource) > 0 ?',
    replace: 'capOf(capacity.limits, resource) >= 0 ?',
    breaks:
      'in a deploy that pauses it, functions of both versions take the same units back and lend them again',
    tests: ['test/unit/use-cases/paused-units.test.ts'],
  },
]
