/** Whether a schedule is firing right now: the job of its last tick that is due has not ended. */
import { parseSortKey, type ShardKey } from '../../core/keys.ts'
import { lastDueTick, placeOfTick } from '../../core/schedule/put-ahead.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { ScheduleFiringError } from '../../core/schedule/schedule-errors.ts'
import { slotOfJob } from '../../core/shard/in-flight.ts'
import type { ScheduleContext } from './withdraw.ts'

/** @throws ScheduleFiringError if it is, unless somebody has said that this does not matter */
export async function refuseIfFiring(
  context: ScheduleContext,
  schedule: Schedule,
  isForced: boolean,
): Promise<void> {
  const at = isForced ? undefined : lastDueTick(schedule, context.clock.now())
  if (at !== undefined && (await isJobThere(context, schedule, at)))
    throw new ScheduleFiringError(schedule.task, schedule.name, at)
}

/** It stands where it was put until its first attempt has ended; a later attempt has a slot while it runs. */
async function isJobThere(
  { config, store }: ScheduleContext,
  schedule: Schedule,
  at: number,
): Promise<boolean> {
  const place = placeOfTick(config, schedule, at)
  if (!place) return false
  const [item, state] = await Promise.all([store.jobs.get(place), store.states.read(place.pk as ShardKey)])
  if (item) return true
  const position = parseSortKey(place.sk)
  return position.ok && state !== undefined && slotOfJob(state.slots, position.value.id) !== undefined
}
