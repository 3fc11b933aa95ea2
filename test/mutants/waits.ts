/** Ways in which it could be wrong for what a job has waited. */
import type { TestedMutant } from './mutant.ts'

const HELD = 'lib/core/pass/held.ts'
const RULE = 'test/unit/core/held.test.ts'
const WAITED = 'test/unit/use-cases/waited.test.ts'

export const WAITS_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'notes go by the clock of whoever writes them',
    file: HELD,
    find: 'const since = Math.max(now, last?.since ?? now)',
    replace: 'const since = Math.max(now, 0 * (last?.since ?? now))',
    breaks: 'time between two clocks counts twice, and a job has waited for longer than it has waited',
    tests: [RULE],
  },
  {
    name: 'notes of what holds jobs begin anew in each pass',
    file: HELD,
    find: 'if (last?.by === by) return held',
    replace: 'if (last?.by === by && now < 0) return held',
    breaks: 'of a long wait only the last moments are explained',
    tests: [RULE],
  },
  {
    name: 'a job waits before it is due',
    file: HELD,
    find: 'Math.max(since, due.from)',
    replace: 'Math.max(since, 0 * due.from)',
    breaks: 'the parts of a wait are longer than the whole',
    tests: [RULE],
  },
  {
    name: 'a start of the rate that is claimed ahead is no wait',
    file: HELD,
    find: "add('rate', Math.floor(due.until) - Math.max(now, due.from))",
    replace: "add('rate', 0 * due.until - Math.max(now, due.from))",
    breaks: 'a job that waits for its rate seems to wait for its worker',
    tests: [RULE],
  },
  {
    name: 'what a job has waited for is lost on its way by message',
    file: 'lib/use-cases/pass/send.ts',
    find: '...(waits_ms ? { waits_ms } : {})',
    replace: '...(waits_ms ? {} : {})',
    breaks: 'nobody can say for what a job has waited',
    tests: [WAITED],
  },
  {
    name: 'what a job has waited for is lost when it is handed over',
    file: 'lib/use-cases/attempt/hand-off.ts',
    find: 'withWaits(own.claim.job, own.claim)',
    replace: 'withWaits(own.claim.job, {})',
    breaks: 'nobody can say for what a job has waited',
    tests: [WAITED],
  },
]
