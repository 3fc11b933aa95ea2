/** Limits of all partitions of a queue: what could start more than they say, or leave something waiting. */
import type { TestedMutant } from './mutant.ts'

const UNIT = 'test/unit/use-cases/queue-limits.test.ts'
const RAISED = 'test/unit/use-cases/queue-limits-raised.test.ts'
const BY_HAND = 'test/contract/by-hand.test.ts'
const ENGINE = 'test/contract/store-dynoxide.test.ts'
const RULES = 'lib/core/queue/queue-limits.ts'

export const QUEUE_LIMIT_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'limits of a queue that nobody can read limit nothing',
    file: RULES,
    find: '{ problem: describeIssues(parsed.error) }',
    replace: '{}',
    breaks: 'more runs than was meant',
    tests: [BY_HAND],
  },
  {
    name: 'a partition with limits of its own goes on where those of its queue make no sense',
    file: 'lib/core/limits/in-force.ts',
    find: ' || queueLimits?.problem !== undefined',
    replace: '',
    breaks: 'the same',
    tests: [UNIT],
  },
  {
    name: 'who waits for a start of a rate is not woken when that is raised',
    file: 'lib/use-cases/operate/wake-queue.ts',
    find: '(state.waiting || isHeldByItsRate(state))',
    replace: 'state.waiting',
    breaks: 'it waits as long as by the old rate, which may be a day',
    tests: [UNIT],
  },
  {
    name: 'whoever lowers limits of a queue drops what another call has not woken',
    file: RULES,
    find: ': before?.waking',
    replace: ': undefined',
    breaks: 'what may run is left to the sweep',
    tests: [RAISED],
  },
  {
    name: 'a partition of an app whose number is less is not woken',
    file: RULES,
    find: 'configured.derivation ? 0 :',
    replace: '',
    breaks: 'the same',
    tests: [RAISED],
  },
  {
    name: 'limits of a queue that are taken back wake nobody if less is configured',
    file: RULES,
    find: 'if (after.concurrency === undefined) return before.concurrency !== undefined',
    replace:
      'if (after.concurrency === undefined) return (configured.concurrency ?? 99) > (before.concurrency ?? 99)',
    breaks: 'a deploy that has raised them meanwhile is not known to whoever calls',
    tests: [RAISED],
  },
  {
    name: 'limits of a queue go over those that nobody has read',
    file: 'lib/adapters/dynamodb/queue-settings.ts',
    find: 'before?.problem === undefined ?',
    replace: 'before && before.problem === undefined ?',
    breaks: 'what another has raised is not woken',
    tests: [ENGINE],
  },
]
