/** Fires a schedule whose jobs may overlap: the jobs of up to 25 ticks in one step. */
import { afterTicks } from '../../core/schedule/after-ticks.ts'
import { dueTicks } from '../../core/schedule/due-ticks.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { TICK_AHEAD_MS, WAKE_SOON_MS } from '../../core/times.ts'
import { deliver } from './deliver.ts'
import { jobsAt } from './jobs-of-ticks.ts'
import { type FiringContext, OVER, type Step } from './step.ts'
import { tellFired, tellSkipped } from './tell.ts'

/** One transaction has room for them, and for the numbers of sized queues in which they count. */
const MOST_JOBS = 25

export async function fireTogether(context: FiringContext, schedule: Schedule): Promise<Step> {
  const now = context.clock.now()
  const due = dueTicks(schedule, now, now + TICK_AHEAD_MS, MOST_JOBS)
  if (due.fire.length === 0 && !due.skipped) return OVER
  const made = jobsAt(context, schedule, due.fire)
  if (made.kind === 'unfit') return made
  const jobs = made.value
  const next = afterTicks(context.config, schedule, due, now)
  const outcome = await deliver(context, { schedule, next, jobs })
  if (outcome === 'stale') return { kind: 'stale' }
  if (outcome === 'busy') return { kind: 'later', at: now + WAKE_SOON_MS }
  tellSkipped(context, schedule, 'missed', due.skipped)
  tellFired(context, schedule, jobs.length)
  return { kind: 'gone on', schedule: next, isMore: due.isMore }
}
