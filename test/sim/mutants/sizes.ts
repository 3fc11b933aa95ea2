/** Queues that may be full: the numbers of their jobs, and who obeys them. */
import type { Mutant } from './mutant.ts'

const COUNTED = 'lib/core/job/counted.ts'
const SIZED = 'lib/use-cases/enqueue-sized.ts'
const STORE = 'lib/adapters/memory/store.ts'

export const SIZES: readonly Mutant[] = [
  {
    name: 'nobody looks whether the number has changed',
    file: 'lib/adapters/memory/sizes.ts',
    find: 'partAt(tables, key).jobs >= most ||',
    replace: 'partAt(tables, key).jobs >= most + 1 ||',
    breaks: 'two that come simultaneously both find the last place',
  },
  {
    name: 'the end of a job is not counted',
    file: STORE,
    find: '    changeSizes(tables, [item], [])\n    deleteJob(tables, item)\n    return',
    replace: '    deleteJob(tables, item)\n    return',
    breaks: 'the queue is full for ever',
  },
  {
    name: 'a next attempt counts nowhere',
    file: 'lib/core/job/ending.ts',
    find: 'const { unknownSince: _, ...item } = job.item',
    replace: 'const { unknownSince: _, countedIn: _parts, ...item } = job.item',
    breaks: 'more jobs are there than may be',
  },
  {
    name: 'what takes the place of another counts beside it',
    file: 'lib/adapters/memory/unique.ts',
    find: '  changeSizes(tables, [item], [next])\n',
    replace: '  changeSizes(tables, [], [next])\n',
    breaks: 'a debounced job is counted each time',
  },
  {
    name: 'only the queue’s number counts',
    file: COUNTED,
    find: "const SCOPES: readonly SizeScope[] = ['queue', 'partition']",
    replace: "const SCOPES: readonly SizeScope[] = ['queue']",
    breaks: 'a partition is never full',
  },
  {
    name: 'a queue that was full once is full for the call',
    file: SIZED,
    find: "if (found.kind === 'full') throw found.error\n  }",
    replace:
      "if (found.kind === 'full') throw found.error\n    const { QueueFullError } = await import('../core/queue/full.ts')\n    const [{ max, pk } = { max: 0, pk: '' }] = job.sizes\n    const [, queue = '', partition] = pk.split('|')\n    throw new QueueFullError({ queue, ...(partition === undefined ? {} : { partition }) }, { size: max, max })\n  }",
    breaks: 'somebody else was quicker in one part, and there is room in another',
  },
  {
    name: 'the jobs of events count nowhere',
    file: 'lib/use-cases/ingest.ts',
    find: 'const item = queue ? countedAnyway(queue, placed.value.item)',
    replace: 'const item = queue && !queue.maxQueueSize ? countedAnyway(queue, placed.value.item)',
    breaks: 'the queue has more jobs than its number says',
  },
  {
    name: 'nobody looks whether another maximum was set',
    file: 'lib/adapters/memory/sizes.ts',
    find: 'partAt(tables, key).set?.mark !== mark ||',
    replace: "(mark === '' && partAt(tables, key).set?.mark !== mark) ||",
    breaks: 'whoever has found room before a maximum was lowered puts a job beyond it',
  },
  {
    name: 'a maximum that is set counts for nobody',
    file: 'lib/core/limits/max-size.ts',
    find: 'max: set?.max ?? configured,',
    replace: 'max: configured,',
    breaks: 'a queue is as full as it is configured, whatever somebody has set',
  },
]
