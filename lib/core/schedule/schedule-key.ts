/** The key of a schedule, `<task>|<name>`: whoever knows its name finds it, whatever partition it lies in. */
import { isTaskName, TASK_NAME_RULE } from '../queue/task-name.ts'
import { clip } from '../text/clip.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { decodePartition, encodePartition } from '../text/partition-value.ts'
import type { ScheduleKey } from './schedule.ts'

/** Items of the table that are no schedules: in how many partitions these may lie, and which the configuration has declared. */
export const PARTITIONS_PK = '$partitions'
export const DECLARED_PK = '$declared'
export const isNote = (pk: string): boolean => pk === PARTITIONS_PK || pk === DECLARED_PK

/** What a schedule may be called: any text that may be a task's name. */
export const SCHEDULE_NAME_RULE = TASK_NAME_RULE
export const isScheduleName = isTaskName

export const scheduleKey = (task: string, name: string): ScheduleKey =>
  `${encodePartition(task)}|${encodePartition(name)}` as ScheduleKey

export interface KeyParts {
  readonly task: string
  readonly name: string
}

/** The parts of a key as anybody may have written it. One key has one spelling, lest a schedule stands there twice. */
export function partsOf(key: string): Parsed<KeyParts> {
  const [task, name] = key.split('|').map(decodePartition)
  if (task === undefined || name === undefined || scheduleKey(task, name) !== key)
    return refused(
      `pk "${clip(key)}" is not <task>|<name>; write | in either as %7C, and % as %25, and nothing else so`,
    )
  if (!isTaskName(task)) return refused(`the task in pk "${clip(key)}" ${TASK_NAME_RULE}`)
  if (!isScheduleName(name)) return refused(`the name in pk "${clip(key)}" ${SCHEDULE_NAME_RULE}`)
  return parsed({ task, name })
}
