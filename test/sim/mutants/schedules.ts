/** Schedules that make more jobs than ticks, or fewer, or at another time. */
import type { Mutant } from './mutant.ts'

const DELIVER = 'lib/use-cases/schedules/deliver.ts'
const DUE = 'lib/core/schedule/due-ticks.ts'
const ENDING = 'lib/core/job/ending.ts'
const LOOK = 'lib/use-cases/schedules/wake-partitions.ts'
const NAMES = 'lib/core/schedule/job-of-tick.ts'
const TICKS = 'lib/core/schedule/cron-ticks.ts'

export const SCHEDULES: readonly Mutant[] = [
  {
    name: 'exactly once puts its jobs first',
    file: DELIVER,
    find: "case 'exactlyOnce':\n      return together(",
    replace: "case 'exactlyOnce':\n      return jobsFirst(",
    breaks: 'whoever dies in between leaves a tick that makes its job again',
  },
  {
    name: 'at most once puts its jobs first',
    file: DELIVER,
    find: "case 'atMostOnce':\n      return jobsLast(",
    replace: "case 'atMostOnce':\n      return jobsFirst(",
    breaks: 'a tick makes two jobs, and its owner would rather have none',
  },
  {
    name: 'at least once puts its jobs last',
    file: DELIVER,
    find: "case 'atLeastOnce':\n      return jobsFirst(",
    replace: "case 'atLeastOnce':\n      return jobsLast(",
    breaks: 'whoever dies in between leaves a tick without a job',
  },
  {
    name: 'at most once sends its job again',
    file: DELIVER,
    find: 'await store.schedules.putAtMostOnce(job)',
    replace: 'await store.jobs.put(job)',
    breaks: 'a put whose answer was lost comes again when its job has run',
  },
  {
    name: 'ticks have no id of their own',
    file: NAMES,
    find: 'new Date(at).toISOString()}`',
    replace: 'new Date(at - (at % 60_000)).toISOString()}`',
    breaks: 'a tick within a minute takes the job of another for its own',
  },
  {
    name: 'missed ticks that are to be skipped make jobs',
    file: DUE,
    find: "case 'skip':\n      return from(inTime)",
    replace: "case 'skip':\n      return from(caughtUp)",
    breaks: 'an outage is followed by a wave of jobs that nobody wants any more',
  },
  {
    name: 'of missed ticks each makes a job where one is wanted',
    file: DUE,
    find: 'if (nextAt >= inTime) return nextAt',
    replace: 'if (nextAt >= caughtUp) return nextAt',
    breaks: 'the same',
  },
  {
    name: 'the window in which ticks are made up for has no end',
    file: DUE,
    find: 'Math.min(inTime, due - options.catchUp_ms)',
    replace: 'Math.min(inTime, 0)',
    breaks: 'a tick makes its job however late it is',
  },
  {
    name: 'missed ticks are all skipped',
    file: DUE,
    find: "case 'all':\n      return from(caughtUp)",
    replace: "case 'all':\n      return from(inTime)",
    breaks: 'ticks of an outage are lost that somebody wants to be made up for',
  },
  {
    name: 'a tick of the clock looks no further than now',
    file: LOOK,
    find: 'const until = clock.now() + TICK_AHEAD_MS',
    replace: 'const until = clock.now()',
    breaks: 'jobs are put when they are due already, up to a minute late',
  },
  {
    name: 'a time of day that occurs twice ticks twice',
    file: TICKS,
    find: 'const next = cronOf(rule).nextAfter(after)',
    replace:
      'const next = cronOf(rule).isFixedTime && clockChanges(rule.timeZone, after - 7_200_000, after).length > 0 ? after + 3_600_000 : cronOf(rule).nextAfter(after)',
    breaks: 'on the day on which the clocks go back the nightly job runs once more',
  },
  {
    name: 'a failure that is to be committed is tried again',
    file: ENDING,
    find: "job.schedule?.onFailure === 'commit'",
    replace: "job.schedule?.onFailure === 'wait'",
    breaks: 'what was to be given up runs again, and what was to wait is given up',
  },
  {
    name: 'a failure that is to wait for the next tick does not',
    file: ENDING,
    find: "schedule?.onFailure === 'wait' ?",
    replace: "schedule?.onFailure === 'commit' ?",
    breaks: 'its next attempt comes when its queue says, and not at the tick',
  },
]
