/** Batches that go by a key of their own: ways in which jobs of two keys come together, or get into a lane that nobody knows. */
import type { TestedMutant } from './mutant.ts'

const KEY = 'lib/core/queue/batch-key.ts'
const COVERING = 'lib/core/queue/covering.ts'
const PURE = ['test/unit/core/batch-key.test.ts'] as const
const LIFE = ['test/unit/use-cases/batch-key.test.ts'] as const

export const BATCH_KEY_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a call has what functions of another key have claimed together',
    file: 'lib/use-cases/attempt/members.ts',
    find: 'job.task === first.task && areOfOneKey(first, job)',
    replace: 'job.task === first.task',
    breaks: 'a handler gets jobs of two keys during a deploy',
    tests: LIFE,
  },
  {
    name: 'a job whose key nobody knows lies anywhere',
    file: COVERING,
    find: 'if (ofBatch && !ofBatch.ok) return ofBatch',
    replace: 'if (ofBatch && !ofBatch.ok) return { ok: true, value: undefined }',
    breaks: 'it is called with jobs of any key',
    tests: LIFE,
  },
  {
    name: 'the lane of a key is taken for that of another configuration',
    file: COVERING,
    find: 'knownNamed(config, limiter) !== undefined || isBatchValue(config.queues, limiter)',
    replace: 'knownNamed(config, limiter) !== undefined',
    breaks: 'its jobs wait until the end of each deploy',
    tests: PURE,
  },
  {
    name: 'the lane of any rule is taken for one of its own',
    file: KEY,
    find: 'return own !== undefined && isOfRule(own, name)',
    replace: 'return own !== undefined',
    breaks: 'functions of two configurations move jobs to and fro',
    tests: LIFE,
  },
  {
    name: 'the lane of a key is spread as if a limiter without units covered it',
    file: COVERING,
    find: 'const isWithout = known !== undefined || isBatchValue(config.queues, limiter)',
    replace: 'const isWithout = known !== undefined',
    breaks: 'a partition with several shards has one for each key, with at most 100 batches in flight',
    tests: PURE,
  },
  {
    name: 'the rule of the partition makes lanes, too',
    file: KEY,
    find: 'return rule && !isDeepEqual(rule, partition) ?',
    replace: 'return rule ?',
    breaks: 'each partition has two shards where one would do',
    tests: PURE,
  },
  {
    name: 'what somebody says of the key of a job that he cancels is not heard',
    file: 'lib/api/cancel.ts',
    find: '    [batchKey, batch],\n',
    replace: '    [batchKey && undefined, batch],\n',
    breaks: 'a job that waits for its batch cannot be cancelled by its id',
    tests: ['test/unit/api/cancel.test.ts'],
  },
]
