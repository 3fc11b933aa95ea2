/** The plan of a run: each workload adds its part here. */
import { SimRandom } from '../world/random.ts'
import { drawCancels, withTtls } from './cancels.ts'
import { withCosts } from './costs.ts'
import { drawEdits } from './edits.ts'
import { drawExtras } from './extras.ts'
import { drawJobs } from './jobs.ts'
import { drawLimiterActs } from './limiter-acts.ts'
import { drawOverrides } from './overrides.ts'
import { drawFrame, type JobPlan, type Plan } from './plan.ts'
import { withHistory } from './remembered.ts'
import { drawScheduled, isScheduled } from './scheduled.ts'

/** So that the kept seeds are the runs that they were. */
const SALT = 15_850_993
const LATEST_SALT = 32_452_843
const NEWEST_SALT = 49_979_687

/** What was added to schedules later. */
const LATELY_SALT = 67_867_967

export function planOf(seed: number, random: SimRandom): Plan {
  const salted = (salt: number) => new SimRandom(seed ^ salt)
  return drawPlan(random, salted(SALT), salted(LATEST_SALT), {
    newest: salted(NEWEST_SALT),
    lately: salted(LATELY_SALT),
    remembering: salted(HISTORY_SALT),
  })
}

/** What was added last of all. */
const HISTORY_SALT = 86_028_121
const HAVE_HISTORY = 0.25

/** Known without the plan of the run. */
export const hasSchedules = (seed: number): boolean => isScheduled(new SimRandom(seed ^ NEWEST_SALT))

interface AddedLater {
  readonly newest: SimRandom
  readonly lately: SimRandom
  readonly remembering: SimRandom
}

/**
 * @param own what only some runs have is drawn by it
 * @param latest and by this one what was added later
 * @param later and by these schedules and histories
 */
function drawPlan(
  random: SimRandom,
  own: SimRandom,
  latest: SimRandom,
  { newest, lately, remembering }: AddedLater,
): Plan {
  const extras = drawExtras(own, latest)
  const scheduled = drawScheduled(newest, lately)
  const remembers = remembering.chance(HAVE_HISTORY)
  const frame = drawFrame(random, {
    versions: (drawn, span) => {
      const versions = scheduled.versions(extras.versions(drawn), span)
      return remembers ? withHistory(remembering, versions) : versions
    },
    begin: scheduled.begin,
    end: scheduled.end,
  })
  const { versions, epoch_ms, faultsUntil } = frame
  const drawn = drawJobs(random, versions, epoch_ms, faultsUntil)
  const jobs = frame.weather === 'rough' ? drawn : drawn.map(pacified)
  const changes = {
    overrides: drawOverrides(random, jobs, epoch_ms, faultsUntil),
    limiterActs: drawLimiterActs(random, versions, epoch_ms, faultsUntil),
    edits: drawEdits(random, jobs, epoch_ms, faultsUntil),
    cancels: drawCancels(random, jobs, epoch_ms, faultsUntil),
  }
  const known = { versions, limiterActs: changes.limiterActs, jobs }
  const acts = extras.acts(known, { begin: epoch_ms, end: faultsUntil })
  const plan = { ...frame, ...changes, ...acts, jobs: extras.jobs(withTtls(random, jobs), versions) }
  return withCosts(random, { ...plan, ...extras.later(plan, faultsUntil), ...scheduled.plan(frame) })
}

const pacified = (job: JobPlan): JobPlan => ({ ...job, handler: { ...job.handler, how: 'throw' } })
