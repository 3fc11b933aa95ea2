/** Jobs that expire, and jobs that somebody cancels. */
import type { Mutant } from './mutant.ts'

const DOOM = 'lib/core/job/doom.ts'

export const DOOMED: readonly Mutant[] = [
  {
    name: 'what is ended does not count as a pass',
    file: 'lib/adapters/memory/job-ends.ts',
    find: '...kept, version: (version ?? 0) + 1 })',
    replace: '...kept, ...(version === undefined ? {} : { version }) })',
    breaks: 'a worker that takes a job over in its own pass runs it after it was cancelled',
  },
  {
    name: 'what is ended does not depend on the version',
    file: 'lib/adapters/memory/job-ends.ts',
    find: "if (!isUnpassed(tables, state)) return 'stale'\n    if (burials",
    replace: 'if (burials',
    breaks: 'a job that was claimed meanwhile ends while it runs',
  },
  {
    name: 'the start does not look at the clock',
    file: 'lib/use-cases/attempt/finish.ts',
    find: 'const doom = doomOf(job, startedAt)',
    replace: 'const doom = doomOf(job, Math.min(0, startedAt))',
    breaks: 'a claim whose message comes late starts too late',
  },
  {
    name: 'the start does not heed the mark',
    file: DOOM,
    find: '  if (cancellation) return cancelled(cancellation)\n',
    replace: '  if (cancellation && now < 0) return cancelled(cancellation)\n',
    breaks: 'what was cancelled before it started starts',
  },
  {
    name: 'what was tried expires',
    file: DOOM,
    find: 'attempt > 1 ? undefined : startBefore',
    replace: 'attempt > 99 ? undefined : startBefore',
    breaks: 'a job is lost between two attempts',
  },
  {
    name: 'expired a second too early',
    file: DOOM,
    find: 'now <= startBefore)',
    replace: 'now <= startBefore - 8000)',
    breaks: 'a job that has time is not run',
  },
  {
    name: 'a retry wipes the mark out',
    file: 'lib/adapters/memory/store.ts',
    find: '  replace: async (item, next) => {\n    const notThere = whatIsThere(tables, item)',
    replace:
      '  replace: async (item, next) => {\n    const notThere = whatIsThere(tables, item, JUDGED_ATTRIBUTES.filter(isOfWork))',
    breaks: 'a job that was cancelled while it ran is tried again',
  },
  {
    name: 'a crash forgets the mark',
    file: 'lib/core/job/ending.ts',
    find: '  if (job.cancellation) return cancelled',
    replace: "  if (job.cancellation && outcome.kind !== 'died') return cancelled",
    breaks: 'a job whose worker dies is tried again although it is cancelled',
  },
  {
    name: 'a cancelled job that succeeds is dead',
    file: 'lib/core/job/ending.ts',
    find: "  if (outcome.kind === 'succeeded') return { kind: 'done' }\n",
    replace: "  if (outcome.kind === 'succeeded' && !job.cancellation) return { kind: 'done' }\n",
    breaks: 'work that was done is redriven',
  },
  {
    name: 'cancelling does not look who runs',
    file: 'lib/use-cases/operate/cancel-job.ts',
    find: 'if (flyingKey(state, job.value.id) !== item.sk) {',
    replace: "if (flyingKey(state, job.value.id) !== 'none') {",
    breaks: 'a job is a dead letter while its handler runs',
  },
]
