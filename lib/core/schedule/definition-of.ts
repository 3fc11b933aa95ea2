/** The definition that this configuration makes of what somebody asks for: in the client, in the configuration or by hand. */
import type { Config } from '../queue/configured.ts'
import { isTaskName, TASK_NAME_RULE } from '../queue/task-name.ts'
import type { ParsedHere } from '../queue/unknown.ts'
import { clipValue } from '../text/clip.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { type Asked, bodyOf } from './body.ts'
import { type Definition, newSchedule } from './definition.ts'
import { idOfTick, jobOfTick } from './job-of-tick.ts'
import { schedulePartition } from './partition-of.ts'
import { isScheduleName, SCHEDULE_NAME_RULE, scheduleKey } from './schedule-key.ts'

/** Which partition a selector of the user's own gives a name, of so many. */
export type PartitionSelector = (name: string, count: number) => number

/** The definition, if this configuration can make jobs of it. `now`: from when an interval counts, unless it is aligned. */
export function definitionOf(
  config: Config,
  asked: Asked,
  now: number,
  select?: PartitionSelector,
): ParsedHere<Definition> {
  const definition = placedDefinition(config, asked, now, select)
  if (!definition.ok) return { ...definition, isUnknown: false }
  const job = sampleJob(config, definition.value, now)
  return job.ok ? definition : job
}

function placedDefinition(
  config: Config,
  asked: Asked,
  now: number,
  select: PartitionSelector | undefined,
): Parsed<Definition> {
  const { task, name, queue, declared } = asked
  if (typeof task !== 'string' || !isTaskName(task)) return refused(`a task's name ${TASK_NAME_RULE}`)
  if (typeof name !== 'string' || !isScheduleName(name))
    return refused(`a schedule's name ${SCHEDULE_NAME_RULE}`)
  const body = bodyOf(asked, now)
  if (!body.ok) return body
  const named = { key: scheduleKey(task, name), task, name, queue, ...(declared ? { declared } : {}) }
  const place = placeOf(config, { ...named, ...body.value }, select)
  if (!place.ok) return place
  return parsed({ ...named, ...body.value, ...place.value })
}

type Place = Pick<Definition, 'partition' | 'chosen'>

function placeOf(
  { schedules }: Config,
  schedule: Omit<Definition, keyof Place>,
  select: PartitionSelector | undefined,
): Parsed<Place> {
  if (!select) return parsed({ partition: schedulePartition(schedules, schedule) })
  const partition = select(schedule.name, schedules.partitions)
  if (Number.isInteger(partition) && partition >= 0 && partition < schedules.partitions)
    return parsed({ partition, chosen: partition })
  return refused(
    `schedulePartition gives ${clipValue(partition)} for "${schedule.name}": return a whole number from 0 to ${schedules.partitions - 1}`,
  )
}

/** Whatever would be wrong with each of its jobs is said when it is made. */
function sampleJob(config: Config, definition: Definition, now: number) {
  const schedule = newSchedule(definition, 'absent', now)
  const { task, name } = definition
  return jobOfTick(config, schedule, { task, name, at: now, next: [] }, idOfTick(schedule, now))
}
