/** Lending while somebody sets a limit, an item is damaged, a visit fails, or books grow old. */
import type { TestedMutant } from './mutant.ts'

const LOOKING = 'test/unit/use-cases/looking-for-units.test.ts'
const LENDING_RACES = 'test/unit/use-cases/lending-races.test.ts'
const EXPIRY = 'lib/core/shard/expiry.ts'
const COLLECT = 'lib/use-cases/lending/collect.ts'

export const LENDING_RACES_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a shard without an item is not fenced',
    file: 'lib/adapters/memory/states.ts',
    find: 'const now = current(shard) ?? { ...emptyState(shard), expiresAt }',
    replace: 'void expiresAt\n      const now = current(shard)\n      if (!now) return',
    breaks: 'a first pass that has borrowed by the old limit claims by it',
    tests: [LENDING_RACES],
  },
  {
    name: 'what is fetched is lent by a limit that is no longer in force',
    file: COLLECT,
    find: 'const isLending = loans.length > 1',
    replace: 'const isLending = loans.length > 2',
    breaks: 'a shard claims above a limit that has been set',
    tests: [LENDING_RACES],
  },
  {
    name: 'one damaged item stops all that look for units',
    file: 'lib/use-cases/lending/read-unless-damaged.ts',
    find: 'if (!(error instanceof DamagedStateError)) throw error',
    replace: 'if (error instanceof DamagedStateError) throw error',
    breaks: 'a partition stands still for one item',
    tests: [LENDING_RACES],
  },
  {
    name: 'a visit that is left to a newer function forgets whom it has served',
    file: 'lib/use-cases/pass/pass.ts',
    find: 'await leaveToNewer(context, request, released).catch(fail)',
    replace: 'await leaveToNewer(context, request, released)',
    breaks: 'a unit lies idle until the sweep',
    tests: [LENDING_RACES],
  },
  {
    name: 'a visit that fails forgets whom it has served',
    file: 'lib/use-cases/pass/pass.ts',
    find: 'if (!own) await wakeAll(',
    replace: 'if (own) await wakeAll(',
    breaks: 'a unit lies idle until the sweep',
    tests: [LENDING_RACES],
  },
  {
    name: 'what has just been lent is taken from the shard that is about to use it',
    file: 'lib/use-cases/lending/lender.ts',
    find: 'const arriving = isAwaited ?',
    replace: 'const arriving = isAwaited && 1 > 2 ?',
    breaks: 'under load shards take units from each other, and jobs wait beside idle slots',
    tests: [LOOKING],
  },
  {
    name: 'what has just been lent is left for ever',
    file: 'lib/use-cases/lending/supply.ts',
    find: "if (isUncertain(request)) return 'nothing'",
    replace: 'void isUncertain',
    breaks: 'if a function dies after it has borrowed, and its message is lost, units lie idle for good',
    tests: [LOOKING],
  },
  {
    name: 'what was lent to an item that has expired is left to it',
    file: 'lib/use-cases/lending/lender.ts',
    find: "(leaves === 'that of shards that have passed' && state.initialised)",
    replace: "leaves === 'that of shards that have passed'",
    breaks: 'a job waits for the sweep beside units that nobody has',
    tests: [LOOKING],
  },
  {
    name: 'a shard that has been served asks all others',
    file: 'lib/use-cases/lending/supply.ts',
    find: '(isUncertain(request) && !isServed(capacity, state))',
    replace: '(isUncertain(request) || isServed(capacity, state))',
    breaks: 'each unit that is passed on costs a read of every shard',
    tests: [LOOKING],
  },
  {
    name: 'no look after leaving the line',
    file: 'lib/use-cases/pass/carry-out.ts',
    find: 'asksAgain: isLeaving || mayGetMore,',
    replace: 'asksAgain: mayGetMore,',
    breaks: 'a job that arrives while its shard leaves the line waits for the sweep',
    tests: [LENDING_RACES],
  },
  {
    name: 'who lacks nothing leaves the line after its write',
    file: 'lib/core/limits/settling.ts',
    find: 'if (!lacks) return []',
    replace: `if (!lacks && books[resource].line[self] !== undefined) return [{ resource, borrower: self, turn: undefined }]
  if (!lacks) return []`,
    breaks: 'a place that another pass needs is gone',
    tests: ['test/unit/core/limits/settling.test.ts'],
  },
  {
    name: 'books shorten the life of the item that they stand in',
    file: EXPIRY,
    find: 'Math.max(expiresAt, keptUntil(now + rememberedFor(rate)))',
    replace: 'Math.max(expiresAt * 0, keptUntil(now + 0 * rememberedFor(rate)))',
    breaks: 'starts of a long period are forgotten',
    tests: [LENDING_RACES],
  },
  {
    name: 'books go before the starts that are made by them',
    file: EXPIRY,
    find: 'expiresAt < keptUntil(now + rememberedFor(rate) - STATE_KEPT_MS / 2)',
    replace: 'expiresAt < keptUntil(now + 0 * rememberedFor(rate) - STATE_KEPT_MS / 2)',
    breaks: 'more starts than a long period allows',
    tests: [LENDING_RACES],
  },
  {
    name: 'a partition with a limit lends ahead, too',
    file: 'lib/core/limits/lend-ahead.ts',
    find: "Number.isFinite(capOf(limits, 'slots')) || isLaneName(self)",
    replace: 'isLaneName(self)',
    breaks: 'more is lent than there is, and nobody claims anything',
    tests: ['test/unit/core/limits/lend-ahead.test.ts'],
  },
  {
    name: 'what is lent ahead counts as about to be used',
    file: 'lib/use-cases/lending/lender.ts',
    find: ' && !isUnasked(was, known)',
    replace: '',
    breaks: 'by a limit that a deploy brings it lies idle until the sweep',
    tests: ['test/unit/use-cases/lent-ahead-idle.test.ts'],
  },
  {
    name: 'each shard of a partition without a limit borrows for itself',
    file: 'lib/use-cases/lending/borrow.ts',
    find: '[...loans, ...loansAhead(context, capacity)]',
    replace: 'loans',
    breaks: 'all of them write one item in the first second, and a job costs more than with a limit',
    tests: ['test/unit/use-cases/lend-ahead.test.ts'],
  },
]
