/** Totals and pools: what a job needs beside its partition. */
import type { Mutant } from './mutant.ts'

const ACCOUNT = 'lib/use-cases/lending/account.ts'
const BORROW = 'lib/use-cases/lending/borrow.ts'
const GATES = 'lib/core/limits/gates.ts'
const SETTLE = 'lib/use-cases/lending/settle.ts'

export const LIMITERS: readonly Mutant[] = [
  {
    name: 'weight forgotten',
    file: ACCOUNT,
    find: '({ slots: slots * weight, starts })',
    replace: '({ slots: slots + 0 * weight, starts })',
    breaks: 'jobs that weigh more use more than the pool has',
  },
  {
    name: 'the limiter does not count',
    file: GATES,
    find: '  if (slots >= limits.slots) return {',
    replace: '  if (slots >= limits.slots || limits.slots > 0) return {',
    breaks: 'shards claim what they have not been lent',
  },
  {
    name: 'only the first limiter counts',
    file: GATES,
    find: 'for (const { portion, may } of limiters) limits',
    replace: 'for (const { portion, may } of limiters.slice(0, 1)) limits',
    breaks: 'a total beside a pool',
  },
  {
    name: 'the second limiter is not given back',
    file: GATES,
    find: 'borrowed: afterGivingBack(portion, use, lack) }, lack }',
    replace: 'borrowed: index > 1 ? portion.borrowed : afterGivingBack(portion, use, lack) }, lack }',
    breaks: 'others wait for units that nobody uses',
  },
  {
    name: 'what a claim weighs is given back as well',
    file: GATES,
    find: 'slots: slots + claims * unitsOfOneJob',
    replace: 'slots: slots + 0 * claims * unitsOfOneJob',
    breaks: 'a unit is used and lent again',
  },
  {
    name: 'a shard stands in all lines',
    file: GATES,
    find: '    goesOn &&=',
    replace: '    goesOn ||=',
    breaks: 'units are served to a shard that its partition holds back',
  },
  {
    name: 'a part of what a job weighs is borrowed',
    file: BORROW,
    find: 'const ofOneJob = unitsOfOneJob(capacity, resource, self)\n',
    replace: 'const ofOneJob = Math.min(1, unitsOfOneJob(capacity, resource, self))\n',
    breaks: 'units go to and fro',
  },
  {
    name: 'shards that are gone keep their units',
    file: ACCOUNT,
    find: "  return placeOf(config, shard.value).ok ? 'covered' : 'stranded'",
    replace: "  return placeOf(config, shard.value).ok ? 'covered' : 'covered'",
    breaks: 'a partition rule was changed, and the pool has lost what its shards had',
  },
  {
    name: 'shards that are covered no more keep their units',
    file: ACCOUNT,
    find: '!shard.ok || !limitersOver(config, shard.value).some(({ name }) => name === limiter.name)',
    replace: '!shard.ok || limitersOver(config, shard.value).length < 0',
    breaks: 'a queue leaves the pool, and takes its units along',
  },
  {
    name: 'a slot of a limiter is freed without a pass',
    file: 'lib/use-cases/attempt/hand-off.ts',
    find: '|| isCovered(context, shard)) return takeNext',
    replace: '|| (isCovered(context, shard) && jobStands)) return takeNext',
    breaks: 'nobody gives the unit back',
  },
  {
    name: 'the answer of the books is not looked at',
    file: SETTLE,
    find: 'const after = now.limiter ? withOwner(now, outcome.owner, context.clock.now()) : ',
    replace:
      'const after = now.limiter && !outcome.owner ? withOwner(now, outcome.owner, context.clock.now()) : ',
    breaks: 'one that has come to stand in the line meanwhile is served by nobody',
  },
  {
    name: 'a job without a start waits for a limiter',
    file: 'lib/core/pass/admit.ts',
    find: '...(asksNobody ? rateHold(',
    replace: '...(asksNobody && claims > left ? rateHold(',
    breaks: 'nobody looks when the rate reopens',
  },
  {
    name: 'what a shard has of a limiter is not written down',
    file: 'lib/use-cases/pass/write.ts',
    find: '...(borrowedFrom ? { borrowedFrom } : {})',
    replace: '...(borrowedFrom && mark.length === 0 ? { borrowedFrom } : {})',
    breaks: 'nobody knows what the slots of a shard rest on',
  },
  {
    name: 'a limiter lends without a limit',
    file: 'lib/use-cases/lending/limiter-capacity.ts',
    find: 'limitsInForce({ concurrency: concurrency ?? 0 }, root, now)',
    replace: 'limitsInForce({ concurrency: 1000 + (concurrency ?? 0) }, root, now)',
    breaks: 'the total',
  },
  {
    name: 'one that the books have lost is not put back',
    file: 'lib/use-cases/lending/capacities.ts',
    find: 'const borrowed = borrowedIn(state, { shard, limiter })\n',
    replace: 'const borrowed = 0 > 1 ? borrowedIn(state, { shard, limiter }) : {}\n',
    breaks: 'a limiter’s item was deleted: its borrowers never fit it again',
  },
]
