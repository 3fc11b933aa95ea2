/** Concurrency, its shares, and its changes. */
import type { Mutant } from './mutant.ts'

export const LIMITS: readonly Mutant[] = [
  {
    name: 'one slot too many',
    file: 'lib/core/pass/room.ts',
    find: 'const slots = Math.max(0, limits.slots - staying.length)',
    replace: 'const slots = Math.max(0, limits.slots - staying.length + 1)',
    breaks: 'the limit',
  },
  {
    name: 'shares sum to more than the limit',
    file: 'lib/core/limits/shares.ts',
    find: 'Math.floor(total / shards) + (index < total % shards ? 1 : 0)',
    replace: 'Math.ceil(total / shards) + 0 * index',
    breaks: 'the limit of a partition with shards',
  },
  {
    name: 'override ignored',
    file: 'lib/core/limits/limits.ts',
    find: 'if (!override) return configured',
    replace: 'if (override !== null) return configured',
    breaks: 'a limit changed at run time',
  },
  {
    name: 'jobs in flight rehomed',
    file: 'lib/use-cases/pass/rehome.ts',
    find: 'job && !inFlight.has(job.key.sk) ? moveHome',
    replace: 'job ? moveHome',
    breaks: 'a job runs in two shards',
  },
  {
    name: 'nothing rehomed',
    file: 'lib/use-cases/pass/rehome.ts',
    find: 'await underFreeKey(atHome, (next) => context.store.jobs.replace(job.item, next))',
    replace: "(underFreeKey.name && atHome.task ? 'replaced' : 'changed') as 'replaced' | 'changed'",
    breaks: 'jobs put where there is no share of the limit',
  },
]
