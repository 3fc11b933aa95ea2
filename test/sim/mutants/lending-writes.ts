/** What is lent, to whom, and what comes back: the order of the writes, and what they are conditioned on. */
import type { Mutant } from './mutant.ts'

const BORROW = 'lib/use-cases/lending/borrow.ts'
const CAPACITY = 'lib/use-cases/lending/capacity.ts'
const COLLECT = 'lib/use-cases/lending/collect.ts'
const SET_LIMITS = 'lib/use-cases/operate/set-limits.ts'
const STORE = 'lib/adapters/memory/states.ts'
const PASS = 'lib/use-cases/pass/pass.ts'
const ROUND = 'lib/use-cases/pass/round.ts'

export const LENDING_WRITES: readonly Mutant[] = [
  {
    name: 'borrowed without a look at the version',
    file: BORROW,
    find: 'isLending: true,',
    replace: 'isLending: false,',
    breaks: 'a unit is lent while the plain shard claims it',
  },
  {
    name: 'lending does not count as a pass',
    file: 'lib/adapters/memory/books.ts',
    find: '...(isLimited(write) ? { version: (now.version ?? 0) + 1 } : {}),',
    replace: '',
    breaks: 'the plain shard claims what has been lent since it read',
  },
  {
    name: 'a loan that was refused is used',
    file: BORROW,
    find: "return outcome.kind === 'conflict' ? 'stale' : withBooks(capacity, outcome.owner)",
    replace: `if (outcome.kind === 'written') return withBooks(capacity, outcome.owner)
  const borrowed = loans.map(({ resource, is }) => [resource, { id: is?.id, got: is?.lent, returned: is?.returned }])
  return { ...capacity, borrowed: { ...capacity.borrowed, ...Object.fromEntries(borrowed) } }`,
    breaks: 'units are used before they are lent',
  },
  {
    name: 'units fetched from the books before their shard',
    file: COLLECT,
    find: '  if (taken > 0 && !(await recordIn(context, capacity, state, { borrowed, expiresAt }))) return undefined\n',
    replace:
      '  if (taken > 0)\n    setTimeout(() => void recordIn(context, capacity, state, { borrowed, expiresAt }).catch(() => {}), 0)\n',
    breaks: 'a unit is used by two shards',
  },
  {
    name: 'units fetched without a fence',
    file: STORE,
    find: 'return write({ ...passed(now, expiresAt), borrowed: structuredClone(borrowed) })',
    replace: 'return write({ ...now, borrowed: structuredClone(borrowed) })',
    breaks: 'a pass that had read the units claims into them',
  },
  {
    name: 'units fetched whatever has been written since',
    file: STORE,
    find: `      if (now.version !== state.version)
        return isSameUnits(now.borrowed, borrowed) ? structuredClone(now) : undefined`,
    replace: '      if (isSameUnits(now.borrowed, borrowed)) return structuredClone(now)',
    breaks: 'a unit that has been claimed meanwhile is taken away',
  },
  {
    name: 'units in use are fetched',
    file: 'lib/use-cases/lending/lender.ts',
    find: 'held(units) - arriving - used',
    replace: 'held(units) - arriving - 0 * used',
    breaks: 'a unit is used by two shards',
  },
  {
    name: 'nothing is fetched',
    file: COLLECT,
    find: 'const units = Math.min(missing, spareOf(context, capacity, resource, { ...asked, leaves }))',
    replace:
      'const units = 0 * Math.min(missing, spareOf(context, capacity, resource, { ...asked, leaves }))',
    breaks: 'shards wait for units that lie idle',
  },
  {
    name: 'what is given back is not written down',
    file: 'lib/use-cases/lending/settle-all.ts',
    find: '...(isSameUnits(state.borrowed, borrowed) ? {} : { borrowed }),',
    replace: '...(isSameUnits(state.borrowed, borrowed) ? {} : {}),',
    breaks: 'a shard uses what it has given back',
  },
  {
    name: 'served shards are not woken',
    file: PASS,
    find: 'if (woken.length > 0)',
    replace: 'if (woken.length < 0)',
    breaks: 'units lie with a shard that does not know of them',
  },
  {
    name: 'the override is read from the shard',
    file: CAPACITY,
    find: 'const limits = limitsInForce(configured, owner, now)',
    replace: 'const limits = limitsInForce(configured, state as ShardState, now)',
    breaks: 'a limit that was set does not hold for shards with a number',
  },
  {
    name: 'a limit is set and nobody woken',
    file: SET_LIMITS,
    find: '  await wakeNow(\n    context,\n',
    replace: '  await wakeNow(\n    { wake: { send: async () => {} } },\n',
    breaks: 'a limit that was raised is not used, nor what is too much given back',
  },
  {
    name: 'nobody looks when a start is to be given away',
    file: ROUND,
    find: 'givesNextStartAway(capacity, usage) ||',
    replace: '(givesNextStartAway(capacity, usage) && usage.inUse.starts < 0) ||',
    breaks: 'a shard that waits for a start is served by the sweep only',
  },
  {
    name: 'who frees a slot does not look at the line',
    file: 'lib/use-cases/attempt/hand-off.ts',
    find: 'if (!state?.waiting && !(await othersNeedUnits(context, shard, state))) return undefined',
    replace: 'if (!state?.waiting && othersNeedUnits.length > 0) return undefined',
    breaks: 'an idle shard keeps its units while others wait',
  },
  {
    name: 'sweep without shards that wait for units',
    file: 'lib/use-cases/lending/limits-seen.ts',
    find: 'Math.max(1, held(seen.borrowed?.slots))',
    replace: 'Math.max(0, held(seen.borrowed?.slots))',
    breaks: 'a shard whose place in the line was lost waits for ever',
  },
]
