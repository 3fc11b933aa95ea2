/** What the plain shard keeps of its partition for its next job while that waits for something else. */
import type { TestedMutant } from './mutant.ts'

const RULE = 'test/unit/core/units-of-owner.test.ts'
const WORLD = 'test/unit/use-cases/plain-keeps.test.ts'

export const KEPT_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'the plain shard keeps nothing for its next job',
    file: 'lib/core/limits/giving-back.ts',
    find: "if (lack.isReserved) return 'slot and start'",
    replace: "if (lack.isReserved && lack.slots) return 'slot and start'",
    breaks:
      'a slot goes to and fro between it and a shard that waits for the same total, with a message each time',
    tests: [WORLD],
  },
  {
    name: 'the plain shard keeps no start while it waits for a slot',
    file: 'lib/core/limits/giving-back.ts',
    find: "return lack.slots && isMetered(limits, 'starts') ? 'start' : undefined",
    replace: "return lack.starts && isMetered(limits, 'starts') ? 'start' : undefined",
    breaks: 'a start goes to and fro among shards that have no slot for it',
    tests: [WORLD],
  },
  {
    name: 'what the plain shard keeps is noted, and lent all the same',
    file: 'lib/core/shard/in-use.ts',
    find: 'if (!owner.keepsNext || !owner.waiting) return used',
    replace: 'if (!owner.keepsNext || owner.waiting) return used',
    breaks: 'the same, with one write more',
    tests: [RULE, WORLD],
  },
  {
    name: 'the plain shard keeps what is not there any more',
    file: 'lib/core/shard/in-use.ts',
    find: 'Math.max(0, Math.min(1, capOf(limits, resource) - lentOut(books[resource]) - used[resource]))',
    replace: 'Math.max(1, Math.min(1, capOf(limits, resource) - lentOut(books[resource]) - used[resource]))',
    breaks: 'nobody claims anything after a limit was lowered, until its job has what it waits for',
    tests: [RULE],
  },
]
