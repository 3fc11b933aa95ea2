/** What is remembered of jobs that have ended. */
import type { Mutant } from './mutant.ts'

const END = 'lib/use-cases/end.ts'
const RECORD = 'lib/core/job/ended-job.ts'
const DONE = 'await rememberEnded(context, job, ending, { endedAt, since: job.startedAt ?? endedAt })'

export const REMEMBERED: readonly Mutant[] = [
  {
    name: 'a job is deleted before it is remembered as done',
    file: END,
    find: DONE,
    replace: DONE.replace('await', 'void'),
    breaks: 'after a crash nobody knows what became of it',
  },
  {
    name: 'a job that is done is not remembered',
    file: END,
    find: "if (ending.kind === 'done')\n    await",
    replace: "if (ending.kind === 'done' && endedAt < 0)\n    await",
    breaks: 'nobody knows what became of it',
  },
  {
    name: 'a dead job is not remembered',
    file: END,
    find: "if (outcome === 'ended' && ending.kind === 'dead')\n    await",
    replace: "if (outcome === 'ended' && ending.kind === 'dead' && endedAt < 0)\n    await",
    breaks: 'nobody knows what became of it',
  },
  {
    name: 'what ends while it waits is not remembered',
    file: 'lib/use-cases/pass/doomed.ts',
    find: 'rememberEnded({ store, events }, job, ending, times)',
    replace: 'Promise.resolve([store, events, job, ending, times])',
    breaks: 'nobody knows what became of it',
  },
  {
    name: 'jobs of all partitions are remembered together',
    file: RECORD,
    find: '`ended|${' + 'queue}|${' + 'partition}`',
    replace: '`ended|${' + 'queue}|${' + 'partition.slice(0, 0)}`',
    breaks: 'one customer’s job takes the place of another’s with the same id',
  },
  {
    name: 'a job that begins anew is remembered as it ended before',
    file: 'lib/adapters/memory/ended.ts',
    find: 'if (!found || found.endedAt <= since)',
    replace: 'if (!found && since > 0)',
    breaks: 'a job whose worker died once is remembered as it was then',
  },
]
