/**
 * Fires one schedule: puts the jobs of its ticks that are due before the next look, and has it go on. Each delivery has an order of
 * its own: whoever dies in between leaves a job twice, not at all, or (by one transaction) neither.
 */
import type { Schedule } from '../../core/schedule/schedule.ts'
import { readSchedule } from '../../core/schedule/schedule-item.ts'
import { WAKE_SOON_MS } from '../../core/times.ts'
import { fireAlone } from './fire-alone.ts'
import { fireTogether } from './fire-together.ts'
import { type FiringContext, OVER, type Rest, type Step } from './step.ts'
import { withdrawJobs } from './withdraw.ts'

/** One that has more, or that others write all the time, is looked at again later: others wait. */
const MAX_STEPS = 8
/** A shard in which others are at work all the time is left for a second, for other schedules wait. */
const TRIES = 2

/** @param isOver whether the time of this visit is over */
export async function fireSchedule(
  context: FiringContext,
  found: Schedule,
  isOver: () => boolean = () => false,
): Promise<Rest> {
  let schedule: Schedule | undefined = found
  for (let steps = 0; steps < MAX_STEPS && (steps === 0 || !isOver()); steps++) {
    if (!schedule || !fires(schedule)) return OVER
    const step = await stepOf(context, schedule)
    if (step.kind === 'stale') schedule = await readAgain(context, schedule)
    else if (step.kind !== 'gone on') return step
    else if (!step.isMore) return OVER
    else schedule = step.schedule
  }
  return { kind: 'later', at: context.clock.now() }
}

const fires = ({ nextAt, pause, setAside }: Schedule): boolean => nextAt !== undefined && !pause && !setAside

function stepOf(context: FiringContext, schedule: Schedule): Promise<Step> {
  if (schedule.withdraw || schedule.isRemoved) return takeBack(context, schedule)
  return schedule.options.overlap === 'allow' ? fireTogether(context, schedule) : fireAlone(context, schedule)
}

/** What somebody has changed and not brought to its end comes first: until then nobody knows which ticks are to be fired. */
async function takeBack(context: FiringContext, schedule: Schedule): Promise<Step> {
  const outcome = await withdrawJobs(context, schedule, TRIES)
  if (outcome.kind === 'busy') return { kind: 'later', at: context.clock.now() + WAKE_SOON_MS }
  return outcome.schedule ? { kind: 'gone on', schedule: outcome.schedule, isMore: true } : OVER
}

/** One that makes no sense any more is met again by its partition's next look. */
async function readAgain({ store }: FiringContext, { key }: Schedule): Promise<Schedule | undefined> {
  const item = await store.schedules.get(key)
  const schedule = item && readSchedule(item)
  return schedule?.ok ? schedule.value : undefined
}
