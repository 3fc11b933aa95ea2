/** Somebody schedules a name: a new schedule, or a change of the one that has the name. */

import {
  type Definition,
  differenceOf,
  newSchedule,
  redefined,
  withDetails,
} from '../../core/schedule/definition.ts'
import { putAhead, tickOfPlace } from '../../core/schedule/put-ahead.ts'
import type { Schedule, WithdrawnJob } from '../../core/schedule/schedule.ts'
import { DeclaredScheduleError, ScheduleBusyError } from '../../core/schedule/schedule-errors.ts'
import { type FoundVersion, toScheduleItem } from '../../core/schedule/schedule-item.ts'
import { refuseIfFiring } from './firing-now.ts'
import { raisePartitions } from './partitions.ts'
import { changing } from './standing.ts'
import { type ScheduleContext, withdrawJobs } from './withdraw.ts'

export interface PutSchedule {
  readonly state: 'created' | 'updated' | 'unchanged'
  readonly schedule: Schedule
}

/** @param isForced it is changed although the job of its last tick has not ended */
export function putSchedule(
  context: ScheduleContext,
  definition: Definition,
  isForced: boolean,
): Promise<PutSchedule> {
  return changing<PutSchedule>(context, definition, async (there) => {
    if (there.kind === 'schedule') return update(context, there.schedule, definition, isForced)
    const found = there.kind === 'absent' ? there.kind : there.found
    const schedule = newSchedule(definition, found, context.clock.now())
    if ((await putWhereAsked(context, schedule, found)) === 'stale') return 'stale'
    return { state: there.kind === 'absent' ? 'created' : 'updated', schedule }
  })
}

/** Where ticks will find it. */
export async function putWhereAsked(
  context: ScheduleContext,
  schedule: Schedule,
  found: FoundVersion,
): Promise<'put' | 'stale'> {
  await raisePartitions(context, schedule.partition)
  return context.store.schedules.put(toScheduleItem(schedule), found)
}

/** @throws DeclaredScheduleError for one that only a deploy may change */
async function update(
  context: ScheduleContext,
  schedule: Schedule,
  definition: Definition,
  isForced: boolean,
): Promise<PutSchedule | 'stale'> {
  const { task, name, version } = schedule
  if (schedule.declared !== definition.declared) throw new DeclaredScheduleError(task, name)
  const now = context.clock.now()
  const difference = differenceOf(schedule, definition, now)
  if (difference === 'none') return { state: 'unchanged', schedule }
  await refuseIfFiring(context, schedule, isForced)
  const next =
    difference === 'rule' ? redefined(schedule, definition, now) : withDetails(schedule, definition, now)
  const noted = noting(next, putAhead(context.config, schedule, now))
  if ((await putWhereAsked(context, noted, version)) === 'stale') return 'stale'
  return { state: 'updated', schedule: await withdrawn(context, noted) }
}

/** A note is carried out by the next firing if its writer has died, so one without a next tick gets one for that. */
export function noting(schedule: Schedule, places: readonly WithdrawnJob[]): Schedule {
  const last = places.at(-1)
  if (!last) return schedule
  const { pause, setAside, nextAt = pause || setAside ? undefined : tickOfPlace(last) } = schedule
  return { ...schedule, withdraw: places, ...(nextAt === undefined ? {} : { nextAt }) }
}

/** @throws ScheduleBusyError if its jobs could not be taken back: the change stands, and the next call or firing goes on */
export async function withdrawn(context: ScheduleContext, schedule: Schedule): Promise<Schedule> {
  if (!schedule.withdraw) return schedule
  const outcome = await withdrawJobs(context, schedule)
  if (outcome.kind === 'busy') throw new ScheduleBusyError(schedule.task, schedule.name)
  return outcome.schedule ?? schedule
}
