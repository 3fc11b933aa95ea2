/** Ways in which batches could go wrong that the simulation does not see. */
import type { TestedMutant } from './mutant.ts'

const BATCHES = 'lib/core/pass/batches.ts'
const RULE = 'test/unit/core/batches.test.ts'
const LIFE = 'test/unit/use-cases/batches.test.ts'
const APART = 'test/unit/use-cases/batches-apart.test.ts'
const CALL = 'test/unit/api/run-batch.test.ts'

export const TESTED_BATCH_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a batch waits by its first job alone',
    file: BATCHES,
    find: 'Math.min(...last.map((job) => waitsUntil(job, rule)))',
    replace: 'Math.min(...last.slice(0, 1).map((job) => waitsUntil(job, rule)))',
    breaks: 'jobs of better priority keep an old one waiting',
    tests: [RULE],
  },
  {
    name: 'a job that may have killed its process is in a batch',
    file: BATCHES,
    find: 'first?.task === job.task && !job.alone',
    replace: 'first?.task === job.task',
    breaks: 'it kills the others with it, again and again',
    tests: [RULE],
  },
  {
    name: 'a batch is of any tasks',
    file: BATCHES,
    find: 'first?.task === job.task && !job.alone',
    replace: '!job.alone && first !== undefined',
    breaks: 'a handler gets what is not its own',
    tests: [RULE],
  },
  {
    name: 'a batch may be as large as its jobs',
    file: BATCHES,
    find: 'bytes + size <= MOST_BYTES',
    replace: 'bytes + size <= 1000 * MOST_BYTES',
    breaks: 'a worker runs out of memory',
    tests: [RULE],
  },
  {
    name: 'a job that has become of another task is called all the same',
    file: 'lib/use-cases/attempt/members.ts',
    find: 'first.queue.batch !== undefined && job.task === first.task',
    replace: 'first.queue.batch !== undefined',
    breaks: 'a handler gets what is not its own',
    tests: [LIFE],
  },
  {
    name: 'what a batch leaves out is forgotten',
    file: 'lib/use-cases/attempt/members.ts',
    find: '...(jobs.length < items.length ? { leaves: true } : {})',
    replace: '...(jobs.length < 0 ? { leaves: true } : {})',
    breaks: 'a job that stands waits for the sweep',
    tests: [LIFE],
  },
  {
    name: 'a batch that dies costs each of its jobs an attempt',
    file: 'lib/use-cases/pass/recover.ts',
    find: ' || slot.others !== undefined',
    replace: '',
    breaks: 'one job takes the others with it to the dead letters',
    tests: [LIFE],
  },
  {
    name: 'a pass reads no more jobs than there are batches',
    file: 'lib/core/pass/room.ts',
    find: 'roomFor(staying, input).starts.length * (input.limits.batch?.size ?? 1) + 1',
    replace: 'roomFor(staying, input).starts.length + 1',
    breaks: 'a batch is never full',
    tests: [LIFE],
  },
  {
    name: 'too few results are taken for success',
    file: 'lib/api/batch-task.ts',
    find: 'if (results.length !== jobs)',
    replace: 'if (results.length > jobs)',
    breaks: 'jobs are done of which nobody has said so',
    tests: [CALL],
  },
  {
    name: 'what is no result is success',
    file: 'lib/api/batch-task.ts',
    find: "if (status === 'fulfilled') return {}",
    replace: "if (status !== 'rejected') return {}",
    breaks: 'a handler that says false has its job done',
    tests: [CALL],
  },
  {
    name: 'a job found by its id is not one of a batch',
    file: 'lib/core/shard/in-flight.ts',
    find: 'others?.some((key) => idIn(key) === id)',
    replace: 'others?.some((key) => idIn(key) === id && key.length < 0)',
    breaks: 'a running job is ended as one that waits',
    tests: [RULE],
  },
  {
    name: 'a batch keeps a job that is about to expire waiting for others',
    file: BATCHES,
    find: 'Math.min(runAt + wait_ms, startBefore - BEFORE_EXPIRY_MS)',
    replace: 'Math.max(runAt + wait_ms, startBefore - BEFORE_EXPIRY_MS)',
    breaks: 'it expires beside a free slot',
    tests: [APART],
  },
  {
    name: 'behind many twins nobody looks when a batch has waited for long enough',
    file: 'lib/core/pass/admit.ts',
    find: '!input.more || input.cut === true',
    replace: '!input.more',
    breaks: 'it waits for the sweep',
    tests: [APART],
  },
  {
    name: 'of the services that jobs of a batch ask to be left alone one is',
    file: 'lib/use-cases/attempt/finish.ts',
    find: '...(slow ? { slow } : {}), ...(slowLimiters.length > 0 ?',
    replace: '...(slow ? { slow } : {}), ...(slowLimiters.length > 0 && !slow ?',
    breaks: 'the others are called as before',
    tests: [APART],
  },
]
