/**
 * A schedule, and the item in the Schedules table that stands for it. The item has the attributes of the schedule under its key, and
 * `dueIn` if the due index lists it. One without a version is no item of ours: somebody has put it by hand.
 */
import * as z from 'zod'
import { costSchema } from '../job/cost-input.ts'
import { UNREADABLE } from '../job/job.ts'
import { jobPoolsSchema, tagsOfJobSchema } from '../job/labels.ts'
import { jsonProblem } from '../job/payload.ts'
import { isPriority, type Priority } from '../keys.ts'
import { isValidInstant } from '../text/instant.ts'
import { describeIssues } from '../text/issues.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { schedulePartitionSchema } from './enabled.ts'
import { optionFields } from './options-input.ts'
import { ruleFields, ruleSchema } from './rule-input.ts'
import type { Schedule, ScheduleKey, ScheduleOptions, ScheduleVersion } from './schedule.ts'
import { type KeyParts, partsOf } from './schedule-key.ts'

/** An item of the Schedules table as it stands there. Only its key is known to be text. */
export type RawSchedule = Readonly<Record<string, unknown>> & {
  readonly pk: string
  /** Why its attributes could not be read. It has its key only, and its version. */
  readonly [UNREADABLE]?: string
}

/** What people, or who has met their item, write into it beside queue, payload, rule and options. */
export interface ByHand {
  /** Modulo how many there are: its writer has a selector of its own. */
  readonly schedulePartition?: unknown
  /** Since when no function has known its queue. */
  readonly unknownSince?: unknown
}

/** What a function or a client writes. */
export type ScheduleItem = RawSchedule & { readonly pk: ScheduleKey; readonly version: ScheduleVersion }

/** The version that was read; `absent`: there was none; an item without a version, which somebody has put by hand: as it was read. */
export type FoundVersion = ScheduleVersion | 'absent' | RawSchedule

export function toScheduleItem(schedule: Schedule): ScheduleItem {
  const { key, version, ...attributes } = schedule
  const item = { pk: key, version, ...attributes, dueIn: dueIn(schedule) }
  return Object.fromEntries(
    Object.entries(item).filter(([, value]) => value !== undefined),
  ) as unknown as ScheduleItem
}

/** The same with what a call knows its own write by: whoever makes the same of the same schedule writes the same, but for that. */
export const marked = (item: ScheduleItem, mark: string): ScheduleItem => ({ ...item, mark })

/** The key of the due index that lists it. Absent: it does not fire. */
export const dueIn = ({ partition, nextAt, pause, setAside }: Schedule): string | undefined =>
  nextAt === undefined || pause || setAside ? undefined : dueInOf(partition)

/** The key of a partition in the due index. */
export const dueInOf = (partition: number): string => String(partition)

export const isRaw = (item: RawSchedule): boolean => typeof item['version'] !== 'number'

/** How a place was found, for whoever writes there. */
export function foundVersion(item: RawSchedule | undefined): FoundVersion {
  if (!item) return 'absent'
  return isRaw(item) ? item : (item['version'] as ScheduleVersion)
}

/**
 * What the next write of a schedule has to bear. It begins with the time and not with 1: somebody who has read a schedule that was
 * removed since, and made anew, would find the version that it has read, and write the old one back. And so after one that no number
 * follows: somebody has written that by hand.
 */
export const versionAfter = (found: FoundVersion, now: number): ScheduleVersion =>
  (typeof found === 'number' && found < Number.MAX_SAFE_INTEGER ? found + 1 : now) as ScheduleVersion

const instant = z.number().refine(isValidInstant, 'is no time: epoch ms, a whole number up to the year 9999')
const length_ms = z.int().min(0)
/** All of them are written, so that another default in a later version changes no schedule that is there. */
const optionsSchema: z.ZodType<ScheduleOptions> = z.strictObject({
  missed: z.enum(['all', 'one', 'skip']),
  catchUp_ms: length_ms,
  overlap: z.enum(['allow', 'skip', 'bufferOne']),
  delivery: z.enum(['exactlyOnce', 'atLeastOnce', 'atMostOnce']),
  onFailure: z.enum(['retry', 'commit', 'wait']),
  window_ms: length_ms,
  ttl_ms: length_ms.exactOptional(),
  priority: z.custom<Priority>(isPriority, 'is no priority from 0 to 9').exactOptional(),
  jobPartition: z.string().exactOptional(),
  tags: tagsOfJobSchema.exactOptional(),
  pools: jobPoolsSchema.exactOptional(),
  cost: costSchema.exactOptional(),
})
/** Its attributes, beside those that are in its key. The compiler asks for each, and knows no other. */
const itemFields = {
  queue: z.string().min(1),
  rule: ruleSchema,
  payload: z.unknown().optional(),
  options: optionsSchema,
  declared: z.literal(true).exactOptional(),
  partition: schedulePartitionSchema,
  chosen: schedulePartitionSchema.exactOptional(),
  nextAt: instant.exactOptional(),
  lastAt: instant.exactOptional(),
  buffered: instant.exactOptional(),
  pause: z.strictObject({ at: instant, by: z.string(), reason: z.string().exactOptional() }).exactOptional(),
  setAside: z.strictObject({ at: instant, reason: z.string() }).exactOptional(),
  withdraw: z.array(z.strictObject({ pk: z.string(), sk: z.string() })).exactOptional(),
  isRemoved: z.literal(true).exactOptional(),
  version: z.custom<ScheduleVersion>(Number.isSafeInteger, 'is no whole number'),
  createdAt: instant,
  updatedAt: instant,
  ruleFrom: instant.exactOptional(),
} satisfies Readonly<Record<Exclude<keyof Schedule, 'key' | keyof KeyParts>, z.ZodType>>
/** What others have added to the item does not matter: an earlier version has to read what a later one writes. */
const itemSchema = z.object(itemFields)

/**
 * What an item can have that is the work of a schedule, whoever has written it: without one of these it is another item than with
 * it. Rule and options are spread out in it by people.
 */
export const SCHEDULE_ATTRIBUTES: readonly string[] = [
  ...new Set([
    ...Object.keys(itemFields),
    ...(['task', 'name'] satisfies (keyof KeyParts)[]),
    'dueIn',
    ...Object.keys(ruleFields),
    ...Object.keys(optionFields),
    ...(['schedulePartition', 'unknownSince'] satisfies (keyof ByHand)[]),
  ]),
]

/** The schedule that an item of ours stands for, or why it stands for none. One that `isRaw` is read by another path. */
export function readSchedule(item: RawSchedule): Parsed<Schedule> {
  if (item[UNREADABLE] !== undefined) return refused(`the item cannot be read: ${item[UNREADABLE]}`)
  const parts = partsOf(item.pk)
  if (!parts.ok) return parts
  const { task, name } = parts.value
  if (item['task'] !== task || item['name'] !== name)
    return refused('task and name are not those of pk: schedule it under its own name')
  const body = itemSchema.safeParse(item)
  if (!body.success) return refused(describeIssues(body.error))
  const problem = jsonProblem(body.data.payload, 'payload')
  if (problem) return refused(problem)
  return parsed({ ...body.data, key: item.pk as ScheduleKey, task, name, payload: body.data.payload })
}
