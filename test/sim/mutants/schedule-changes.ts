/** Schedules whose jobs overlap, and changes that leave behind what was. */
import type { Mutant } from './mutant.ts'

const ALONE = 'lib/use-cases/schedules/fire-alone.ts'
const END = 'lib/use-cases/schedules/after-end.ts'
const FIRE = 'lib/use-cases/schedules/fire-schedule.ts'
const PUT = 'lib/use-cases/schedules/put-schedule.ts'
const REMOVE = 'lib/use-cases/schedules/remove-schedule.ts'
const PAUSE = 'lib/use-cases/schedules/pause-schedule.ts'
const AHEAD = 'lib/core/schedule/put-ahead.ts'
const DEFINITION = 'lib/core/schedule/definition.ts'

export const SCHEDULE_CHANGES: readonly Mutant[] = [
  {
    name: 'jobs that must not overlap are put without their lock',
    file: ALONE,
    find: '    lock: { lock, ...(found ? { found } : {}) },\n',
    replace: '',
    breaks: 'the next tick finds nobody in its way',
  },
  {
    name: 'a tick that is to wait is passed over',
    file: ALONE,
    find: "if (schedule.options.overlap === 'skip' &&",
    replace: "if (schedule.options.overlap !== 'allow' &&",
    breaks: 'the job that was to come after the long one never does',
  },
  {
    name: 'whether a job is in the way is decided before the tick is due',
    file: ALONE,
    find: 'if (dueAt > now) return',
    replace: 'if (dueAt > now + 86_400_000) return',
    breaks: 'ticks are passed over for a job that has ended by then',
  },
  {
    name: 'the end of a job leaves the tick that waits to the clock',
    file: END,
    find: 'if (waitedFor && schedule.buffered !== undefined)',
    replace: 'if (waitedFor && schedule.buffered === 0)',
    breaks: 'what has waited for the job waits for up to a minute more',
  },
  {
    name: 'a change leaves what was put ahead',
    file: PUT,
    find: 'noting(next, putAhead(context.config, schedule, now))',
    replace: 'noting(next, putAhead(context.config, schedule, now).slice(999))',
    breaks: 'for up to a minute and a half the old payload runs',
  },
  {
    name: 'who removes a schedule leaves what was put ahead',
    file: REMOVE,
    find: 'if (withdraw.length === 0) return',
    replace: 'if (withdraw.length >= 0) return',
    breaks: 'its job starts when somebody has been told that it is gone',
  },
  {
    name: 'who pauses a schedule leaves what was put ahead',
    file: PAUSE,
    find: 'putAhead(context.config, schedule, now)',
    replace: 'putAhead(context.config, schedule, now).slice(999)',
    breaks: 'its job starts when somebody has been told that it is paused',
  },
  {
    name: 'a tick that was taken back counts as fired',
    file: AHEAD,
    find: 'const lastAt = lastFired(schedule, looked, left)',
    replace: 'const lastAt = lastFired(schedule, [], left)',
    breaks: 'after a change of the payload the ticks of a minute and a half make no job',
  },
  {
    name: 'what somebody has left to be taken back is left by firings, too',
    file: FIRE,
    find: 'if (isUnfinished(schedule)) return afterWithdrawal',
    replace: 'if (schedule.withdraw && schedule.isRemoved) return afterWithdrawal',
    breaks: 'the jobs of a definition that is no more run, and those of the new one are not put',
  },
  {
    name: 'who resumes a schedule has the ticks of the pause fired',
    file: PAUSE,
    find: 'tickToCome(schedule, now)',
    replace: 'tickToCome(schedule, schedule.lastAt ?? now)',
    breaks: 'a pause of a week is followed by a wave of jobs',
  },
  {
    name: 'another rule begins with the ticks that have been',
    file: DEFINITION,
    find: 'const nextAt = made.pause ? undefined : tickToCome(made, from)',
    replace: 'const nextAt = made.pause ? undefined : tickToCome(made, from - 120_000)',
    breaks: 'who changes a rule gets jobs for times before the change',
  },
]
