/** Keys that one job has at a time, and what becomes of those that come meanwhile. */
import type { Mutant } from './mutant.ts'

const COLLIDING = 'lib/use-cases/enqueue-colliding.ts'
const COLLISION = 'lib/core/job/collision.ts'
const UNIQUE = 'lib/adapters/memory/unique.ts'

export const KEYED: readonly Mutant[] = [
  {
    name: 'a lock is taken over whoever has it',
    file: UNIQUE,
    find: '  if (hasToBeGone && tables.jobs',
    replace: '  if (hasToBeGone && tables.locks.size === 0 && tables.jobs',
    breaks: 'two jobs of one key',
  },
  {
    name: 'the next attempt leaves its lock behind',
    file: 'lib/adapters/memory/store.ts',
    find: '    takeLockAlong(tables, item, next)\n    return',
    replace: '    return',
    breaks: 'another job has the key between two attempts',
  },
  {
    name: 'a move leaves its lock behind',
    file: 'lib/adapters/memory/job-lanes.ts',
    find: '      takeLockAlong(tables, item, next)\n',
    replace: '',
    breaks: 'a job that is in its own lane has lost its key',
  },
  {
    name: 'one in flight is replaced',
    file: COLLISION,
    find: "collision.onCollision === 'replace' && !isInFlight &&",
    replace: "collision.onCollision === 'replace' &&",
    breaks: 'what runs is deleted, and its slot stays',
  },
  {
    name: 'one that waits passes for one that has started',
    file: COLLISION,
    find: "  collision.while === 'unfinished' || isFresh",
    replace: "  (collision.while === 'unfinished' && item.sk.length > 0) && isFresh",
    breaks: 'a second one of its key waits beside it',
  },
  {
    name: 'a job that is gone has its key for ever',
    file: COLLIDING,
    find: '  if (!there) return its\n',
    replace: "  if (!there) return { kind: 'existing', job: its.job }\n",
    breaks: 'whoever comes later is told of a job that has long ended',
  },
  {
    name: 'a debounced job waits from the first on',
    file: COLLISION,
    find: 'Math.min(collision.at + debounce.wait_ms, since',
    replace: 'Math.min(since + debounce.wait_ms, since',
    breaks: 'it starts while more of them come',
  },
  {
    name: 'a debounced job waits without an end',
    file: COLLISION,
    find: '...(debounce ? { since } : {})',
    replace: '...(debounce ? { since: collision.at } : {})',
    breaks: 'its longest wait counts from the last on',
  },
  {
    name: 'the payload of the first is kept',
    file: COLLISION,
    find: '    ...item,\n    pk: isOnePartition',
    replace: "    ...item,\n    payload: found['payload'],\n    pk: isOnePartition",
    breaks: 'the last one that came counts for nothing',
  },
  {
    name: 'a receipt is not looked at',
    file: 'lib/adapters/memory/store.ts',
    find: 'if (kept && kept.until > receipt.at)',
    replace: 'if (kept && kept.mark === receipt.mark)',
    breaks: 'one idempotency key makes a job each time',
  },
  {
    name: 'a receipt ends with its job',
    file: 'lib/adapters/memory/store.ts',
    find: 'if (kept && kept.until > receipt.at)',
    replace: 'if (kept && kept.until > receipt.at && tables.jobs.get(kept.job.pk)?.has(kept.job.sk))',
    breaks: 'whoever asks again after the end has its job run twice',
  },
]
