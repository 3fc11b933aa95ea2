/**
 * Fires one schedule: puts the jobs of its ticks that are due before the next look, and has it go on. Each delivery has an order of
 * its own: whoever dies in between leaves a job twice, not at all, or (by one transaction) neither.
 */
import type { Schedule } from '../../core/schedule/schedule.ts'
import { FIRED_AGAIN_MS } from '../../core/times.ts'
import { fireAlone } from './fire-alone.ts'
import { fireTogether } from './fire-together.ts'
import { readAgain } from './read-again.ts'
import { type FiringContext, OVER, type Rest, type Step } from './step.ts'
import { withdrawJobs } from './withdraw.ts'

/** One that has more, or that others write all the time, is looked at again later: others wait. */
const MAX_STEPS = 8
/** A shard in which others are at work all the time is left for a while: other schedules wait. */
export const TRIES = 2

/** @param isOver whether the time of this visit is over */
export async function fireSchedule(
  context: FiringContext,
  found: Schedule,
  isOver: () => boolean = () => false,
): Promise<Rest> {
  let schedule: Schedule | undefined = found
  for (let steps = 0; steps < MAX_STEPS && (steps === 0 || !isOver()); steps++) {
    if (!schedule || !(fires(schedule) || isUnfinished(schedule))) return OVER
    const step = await stepOf(context, schedule, isOver)
    if (step.kind === 'stale') schedule = await readAgain(context, schedule.key)
    else if (step.kind !== 'gone on') return step
    else if (!step.isMore) return OVER
    else schedule = step.schedule
  }
  return { kind: 'later', at: context.clock.now() }
}

const fires = ({ nextAt, pause, setAside }: Schedule): boolean => nextAt !== undefined && !pause && !setAside

/** Also one that is paused, or set aside: what is left to be taken back has nothing to do with firing. */
export const isUnfinished = ({ withdraw, isRemoved }: Schedule): boolean =>
  withdraw !== undefined || isRemoved === true

function stepOf(context: FiringContext, schedule: Schedule, isOver: () => boolean): Promise<Step> {
  if (isUnfinished(schedule)) return afterWithdrawal(context, schedule, isOver)
  return schedule.options.overlap === 'allow' ? fireTogether(context, schedule) : fireAlone(context, schedule)
}

/** What somebody has left to be taken back, who has died, is taken back first: otherwise a tick has the job of two definitions. */
async function afterWithdrawal(
  context: FiringContext,
  schedule: Schedule,
  isOver: () => boolean,
): Promise<Step> {
  const withdrawn = await withdrawJobs(context, schedule, { tries: TRIES, isOver })
  if (withdrawn.kind === 'busy') return { kind: 'later', at: context.clock.now() + FIRED_AGAIN_MS }
  return withdrawn.schedule ? { kind: 'gone on', schedule: withdrawn.schedule, isMore: true } : OVER
}
