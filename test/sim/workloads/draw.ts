/** The plan of a run: each workload adds its part here. */
import type { SimRandom } from '../world/random.ts'
import { drawCancels, withTtls } from './cancels.ts'
import { withCosts } from './costs.ts'
import { drawEdits } from './edits.ts'
import { drawExtras } from './extras.ts'
import { drawJobs } from './jobs.ts'
import { drawLimiterActs } from './limiter-acts.ts'
import { drawOverrides } from './overrides.ts'
import { drawFrame, type JobPlan, type Plan } from './plan.ts'

/**
 * @param own what only some runs have is drawn by it
 * @param latest and by this one what was added last
 */
export function drawPlan(random: SimRandom, own: SimRandom, latest: SimRandom): Plan {
  const extras = drawExtras(own, latest)
  const frame = drawFrame(random, extras.versions)
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
  return withCosts(random, { ...plan, ...extras.later(plan, faultsUntil) })
}

const pacified = (job: JobPlan): JobPlan => ({ ...job, handler: { ...job.handler, how: 'throw' } })
