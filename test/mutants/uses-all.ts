/** Who stands in no line: a shard that waits for its own jobs alone. */
import type { TestedMutant } from './mutant.ts'

const RULE = 'test/unit/core/limits/uses-all.test.ts'
const WORLD = 'test/unit/use-cases/no-storm.test.ts'

export const USES_ALL_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a shard whose own jobs use all of a gate waits for others, too',
    file: 'lib/core/limits/gates.ts',
    find: 'jobsAtMost(gate.portion, gate) === 0)',
    replace: 'jobsAtMost(gate.portion, gate) === 0 && !isOpen(gate.portion))',
    breaks: 'a start goes to and fro between shards that have no slot for it, with a wake-up each time',
    tests: [RULE, WORLD],
  },
  {
    name: 'a shard that lacks slots stands in no line, whoever has them',
    file: 'lib/core/limits/gates.ts',
    find: 'jobsAtMost(gate.portion, gate) === 0)',
    replace: 'jobsAtMost(gate.portion, gate) >= 0)',
    breaks: 'nobody serves it, and it waits for the sweep',
    tests: [RULE],
  },
]
