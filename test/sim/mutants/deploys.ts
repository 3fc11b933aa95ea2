/** Configurations, queues and tasks that come and go. */
import type { Mutant } from './mutant.ts'

export const DEPLOYS: readonly Mutant[] = [
  {
    name: 'a replaced function decides',
    file: 'lib/use-cases/pass/round.ts',
    find: "if (await deployment.isReplaced()) return { kind: 'replaced' }",
    replace: 'await deployment.isReplaced()',
    breaks: 'old functions claim by limits that a deploy has lowered',
  },
  {
    name: 'the new configuration counts as replaced',
    file: 'lib/core/deployment.ts',
    find: '!allowed.includes(hash) && now - at < REPLACED_FOR_MS',
    replace: 'now - at < REPLACED_FOR_MS',
    breaks: 'after a roll-back nobody decides for half an hour',
  },
  {
    name: 'an unknown queue refused',
    file: 'lib/use-cases/judge.ts',
    find: '    if (job.isUnknown) return undefined\n',
    replace: '',
    breaks: 'the jobs of producers who are ahead of a deploy are dead letters',
  },
  {
    name: 'an event for an unknown queue refused',
    file: 'lib/use-cases/ingest.ts',
    find: '  if (!asked.ok && asked.isUnknown && now - sentAt < UNKNOWN_FOR_MS) throw new LeftToNewerError(asked.reason)\n',
    replace: '  void [sentAt, UNKNOWN_FOR_MS, LeftToNewerError]\n',
    breaks: 'the events of producers who are ahead of a deploy are dead letters',
  },
  {
    name: 'an unknown task refused',
    file: 'lib/api/run-task.ts',
    find: "=> ({ kind: 'unknown', reason })",
    replace: "=> ({ kind: 'refused', reason })",
    breaks: 'jobs that meet a worker of the version before are dead letters',
  },
  {
    name: 'an unknown task costs an attempt',
    file: 'lib/core/job/ending.ts',
    find: 'return { unknownSince: ending.unknownSince }',
    replace: 'return { attempt: job.attempt + 1 }',
    breaks: 'a deploy uses up the attempts of jobs that never ran',
  },
  {
    name: 'the slot of an unknown shard kept',
    file: 'lib/use-cases/pass/round.ts',
    find: '  if (released) await context.store.states.release(state.shard, released)\n',
    replace: '  void released\n',
    breaks: 'a job that was not run is charged an attempt',
  },
  {
    name: 'sweep without the Jobs table',
    file: 'lib/use-cases/sweep/sweep.ts',
    find: '(census) => go(jobsWalk(context, tally, jobPages, census))',
    replace: 'async (census) => void jobsWalk(context, tally, jobPages, census)',
    breaks: 'a job whose arrival was dropped, or whose queue comes back, is found by nobody',
  },
]
