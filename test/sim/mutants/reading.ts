/** What a hand-off does not read, and who says that something stands there. */
import type { Mutant } from './mutant.ts'

const CLOSED = 'lib/core/shard/closed.ts'
const DECIDE = 'lib/core/pass/decide.ts'

export const READING: readonly Mutant[] = [
  {
    name: 'closed between different priorities',
    file: CLOSED,
    find: 'Map.groupBy(sorted, ([, { priority }]) => priority)',
    replace: 'Map.groupBy(sorted, ([, { priority }]) => priority < 0)',
    breaks: 'jobs of the priorities in between are not seen',
  },
  {
    name: 'closed by fresh jobs',
    file: CLOSED,
    find: 'same.findLastIndex(([, { fresh }]) => !fresh)',
    replace: 'same.findLastIndex(([, { fresh }]) => !fresh || fresh)',
    breaks: 'what was still on its way goes behind those that came after it',
  },
  {
    name: 'jobs amid those in flight not noted',
    file: DECIDE,
    find: 'waitingAmid: isLeftAmid(amid),',
    replace: 'waitingAmid: isLeftAmid(amid) && state.waitingAmid === true,',
    breaks: 'a late job goes behind those that were put before it',
  },
  {
    name: 'jobs amid those in flight forgotten too early',
    file: 'lib/core/pass/amid.ts',
    find: 'if (unclaimed.some((key) => isWithin(closed, key))) return true',
    replace: 'if (!reading.doubtful && unclaimed.some((key) => isWithin(closed, key))) return true',
    breaks: 'a late job is seen once, and not again',
  },
  {
    name: 'late arrival in a full shard not looked at',
    file: 'lib/use-cases/pass/read-jobs.ts',
    find: '  late.length > 0 ||\n',
    replace: '  late.length < 0 ||\n',
    breaks: 'nobody says that a late job waits amid those in flight',
  },
  {
    name: 'read before the dead were seen to',
    file: 'lib/use-cases/pass/read-jobs.ts',
    find: '  recovered.size > 0 ? undefined : ahead\n',
    replace: '  recovered.size < 0 ? undefined : ahead\n',
    breaks: 'a job is claimed where it stood when its worker died, and runs beside its next attempt',
  },
  {
    name: 'jobs that were read for an earlier pass',
    file: 'lib/use-cases/pages-ahead.ts',
    find: 'return { since, pages, isOfServed }',
    replace: 'return (store.jobs.ahead ??= { since, pages, isOfServed })',
    breaks: 'a job is claimed that has run since',
  },
]
