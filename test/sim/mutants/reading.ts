/** What a hand-off does not read, and who says that something stands there. */
import type { Mutant } from './mutant.ts'

const DECIDE = 'lib/core/pass/decide.ts'

export const READING: readonly Mutant[] = [
  {
    name: 'jobs amid those in flight not noted',
    file: DECIDE,
    find: 'waitingAmid: isLeftAmid(amid),',
    replace: 'waitingAmid: isLeftAmid(amid) && input.state.waitingAmid === true,',
    breaks: 'a late job goes behind those that were put before it',
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
