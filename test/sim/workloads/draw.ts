/** The plan of a run: each workload adds its part here. */
import { SimRandom } from '../world/random.ts'
import { drawCancels, withTtls } from './cancels.ts'
import { withCosts } from './costs.ts'
import { drawDown } from './down.ts'
import { drawEdits } from './edits.ts'
import { drawExtras, type Extras } from './extras.ts'
import { drawJobs } from './jobs.ts'
import { drawLimiterActs } from './limiter-acts.ts'
import { drawMaxSizes } from './max-sizes.ts'
import { drawOverrides } from './overrides.ts'
import { drawFrame, type JobPlan, type Plan } from './plan.ts'
import { drawQueueLimits } from './queue-limits.ts'
import { withHistory } from './remembered.ts'
import { drawScheduled, isScheduled } from './scheduled.ts'
import { withSlowHandlers } from './slow-handlers.ts'

/** What only some runs have is drawn by others, so that the kept seeds are the runs that they were. */
const SALT = 15_850_993
const LATEST_SALT = 32_452_843
const LAST_SALT = 86_028_121
const SLOW_SALT = 122_949_823
const NEWEST_SALT = 49_979_687
const RAISED_SALT = 179_424_673

/** What was added to schedules later. */
const LATELY_SALT = 67_867_967

export function planOf(seed: number, random: SimRandom): Plan {
  const salted = (salt: number) => new SimRandom(seed ^ salt)
  return drawPlan(
    random,
    drawExtras(salted(SALT), salted(LATEST_SALT), salted(LAST_SALT), salted(RAISED_SALT)),
    {
      newest: salted(NEWEST_SALT),
      lately: salted(LATELY_SALT),
      remembering: salted(HISTORY_SALT),
      slow: salted(SLOW_SALT),
      limiting: salted(LIMITS_SALT),
      sizing: salted(SIZES_SALT),
      failing: salted(DOWN_SALT),
    },
  )
}

/** What was added last of all. */
const HISTORY_SALT = 141_650_939
const HAVE_HISTORY = 0.25
const LIMITS_SALT = 160_481_183
const HAVE_LIMITS_OF_QUEUES = 0.25
const SIZES_SALT = 198_491_317
const DOWN_SALT = 217_645_177

/** Known without the plan of the run. */
export const hasSchedules = (seed: number): boolean => isScheduled(new SimRandom(seed ^ NEWEST_SALT))

interface Others {
  /** Both draw schedules. */
  readonly newest: SimRandom
  readonly lately: SimRandom
  /** This one histories, and this one handlers that ask for time. */
  readonly remembering: SimRandom
  readonly slow: SimRandom
  /** And this one limits of whole queues. */
  readonly limiting: SimRandom
  /** And this one the maxima of queues that may be full. */
  readonly sizing: SimRandom
  /** And this one services that are down. */
  readonly failing: SimRandom
}

function drawPlan(random: SimRandom, extras: Extras, others: Others): Plan {
  const { newest, lately, remembering, slow, limiting, sizing, failing } = others
  const down = drawDown(failing)
  const scheduled = drawScheduled(newest, lately)
  const remembers = remembering.chance(HAVE_HISTORY)
  const frame = drawFrame(random, {
    versions: (drawn, span) => {
      const versions = scheduled.versions(down.versions(extras.versions(drawn)), span)
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
  const all = down.jobs(withSlowHandlers(slow, extras.jobs(withTtls(random, jobs), versions)))
  const plan = { ...frame, ...changes, ...acts, jobs: all }
  const queueLimits = limiting.chance(HAVE_LIMITS_OF_QUEUES)
    ? drawQueueLimits(limiting, jobs, faultsUntil)
    : []
  const maxSizes = drawMaxSizes(sizing, { versions, jobs }, faultsUntil)
  const later = { ...extras.later(plan, faultsUntil), ...scheduled.plan(frame), queueLimits, maxSizes }
  return withCosts(random, { ...plan, ...later })
}

const pacified = (job: JobPlan): JobPlan => ({ ...job, handler: { ...job.handler, how: 'throw' } })
