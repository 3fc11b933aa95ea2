/** Ways in which a slow-down could be lost, or cost something. */
import type { TestedMutant } from './mutant.ts'

const SLOW_DOWN = 'test/unit/use-cases/slow-down.test.ts'
const SLOW = 'lib/use-cases/pass/slow.ts'
const ENDED = 'test/unit/use-cases/slow-down-ended.test.ts'
const WAKES = 'lib/use-cases/operate/wake-held.ts'

export const SLOW_DOWN_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a date is guessed from whatever a header says',
    file: 'lib/api/retry-after.ts',
    find: "typeof when === 'string' ? parseHttpDate(when) : undefined",
    replace:
      "typeof when === 'string' ? (parseHttpDate(when) ?? (Number.isFinite(Date.parse(when)) ? Date.parse(when) : undefined)) : undefined",
    breaks: 'who cannot say the time is called again after a second',
    tests: ['test/unit/api/retry-after.test.ts'],
  },
  {
    name: 'the oldest form of a date is local time',
    file: 'lib/core/text/http-date.ts',
    find: 'written} GMT`)',
    replace: 'written} GMT+0100`)',
    breaks: 'a service is called hours early',
    tests: ['test/unit/api/retry-after.test.ts'],
  },
  {
    name: 'a slow-down counts for one shard of many',
    file: SLOW,
    find: 'await slowIfLater({ store }, ownerOf(shard.value), slow)',
    replace: 'void [store, ownerOf]',
    breaks: 'the other shards go on calling the service',
    tests: [SLOW_DOWN],
  },
  {
    name: 'a slow-down is not written down',
    file: 'lib/use-cases/pass/write.ts',
    find: 'return released?.slow ? { slowed } : {}',
    replace: 'return released?.slow && now < 0 ? { slowed } : {}',
    breaks: 'only the pass that frees the slot heeds it',
    tests: [SLOW_DOWN],
  },
  {
    name: 'a slow-down that is over stays in the item',
    file: 'lib/use-cases/pass/write.ts',
    find: "if (slowed.until <= now) return { slowed: 'over' }",
    replace: "if (slowed.until <= 0 * now) return { slowed: 'over' }",
    breaks: 'people see what holds no more',
    tests: [SLOW_DOWN],
  },
  {
    name: 'nobody looks when a slow-down ends',
    file: 'lib/core/pass/looks.ts',
    find: "if (hold.reason === 'slowed down') add(slowedUntil(hold, input),",
    replace: "if (hold.reason === 'slowed down') add(undefined,",
    breaks: 'the partition goes on when the sweep comes by',
    tests: [SLOW_DOWN],
  },
  {
    name: 'a slow-down of no length',
    file: 'lib/core/limits/slow-down.ts',
    find: 'Math.max(now + SHORTEST_SLOW_DOWN_MS, ',
    replace: 'Math.max(now + 0 * SHORTEST_SLOW_DOWN_MS, ',
    breaks: 'a job goes round and round without end',
    tests: [SLOW_DOWN],
  },
  {
    name: 'a slow-down without an end',
    file: 'lib/core/limits/slow-down.ts',
    find: 'Math.min(until, now + LONGEST_SLOW_DOWN_MS)',
    replace: 'Math.max(until, 0 * LONGEST_SLOW_DOWN_MS)',
    breaks: 'a header stops a customer for years',
    tests: [SLOW_DOWN],
  },
  {
    name: 'each sweep wakes what is slowed down',
    file: 'lib/core/shard/left-behind.ts',
    find: 'if (limits.slowedUntil !== undefined && now < dueAt && dueAt <= limits.slowedUntil) return true',
    replace: 'void limits.slowedUntil',
    breaks: 'what a slow-down costs',
    tests: [SLOW_DOWN],
  },
  {
    name: 'what a handler gives as the reason is written as it is',
    file: 'lib/core/job/ending.ts',
    find: 'error: boundedReason(reason)',
    replace: 'error: (boundedReason, reason)',
    breaks: 'the item cannot be read again, and the partition stands still until somebody mends it',
    tests: ['test/unit/core/slow-down-written.test.ts'],
  },
  {
    name: 'a partition is slowed down no more, and only those are woken that its item names',
    file: 'lib/use-cases/operate/slow-down.ts',
    find: 'endsSooner(before?.slowed, slow, clock.now())',
    replace: 'endsSooner(before?.slowed, slow, before ? Number.POSITIVE_INFINITY : clock.now())',
    breaks: 'its lanes, and its other shards, wait for the sweep',
    tests: [ENDED],
  },
  {
    name: 'a limiter is slowed down no more, and only those are woken that its item names',
    file: 'lib/use-cases/operate/set-limiter.ts',
    find: 'endsSooner(before?.slowed, slow, clock.now())',
    replace: 'endsSooner(before?.slowed, slow, before ? Number.POSITIVE_INFINITY : clock.now())',
    breaks: 'whoever has borrowed nothing yet waits for the sweep',
    tests: [ENDED],
  },
  {
    name: 'a slow-down that is made shorter wakes nobody',
    file: 'lib/core/limits/slow-down.ts',
    find: 'Math.max(now, is?.until ?? 0)',
    replace: '(is === undefined ? now : Number.POSITIVE_INFINITY)',
    breaks: 'they look when the longer one would have been over',
    tests: [ENDED],
  },
  {
    name: 'whoever ends a slow-down looks immediately for those that wait for it',
    file: WAKES,
    find: '  await context.clock.sleep(NOTICED_AFTER_MS)\n',
    replace: '  void NOTICED_AFTER_MS\n',
    breaks: 'a pass that was under way leaves its shard waiting after that',
    tests: [ENDED],
  },
  {
    name: 'those that wait for a slow-down are looked for in one page',
    file: WAKES,
    find: 'while (from.cursor !== undefined)',
    replace: 'while (from.woken < 0)',
    breaks: 'the others wait for the sweep',
    tests: [ENDED],
  },
  {
    name: 'all that are slowed down are woken when one slow-down ends',
    file: 'lib/use-cases/operate/set-limiter.ts',
    find: 'isHeldBySlowDown(state) && isCoveredBy(config, state.shard, name)',
    replace: 'isHeldBySlowDown(state)',
    breaks: 'each costs a pass in vain',
    tests: [ENDED],
  },
]
