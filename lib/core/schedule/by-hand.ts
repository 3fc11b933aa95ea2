/**
 * A schedule as somebody puts it into the table by hand, from any language:
 *
 *     { pk: 'report|weekly', queue: 'mail', cron: '0 9 * * MON', timeZone: 'Europe/Berlin', payload: { of: 'week' }, missed: 'all' }
 *
 * `pk` is `<task>|<name>`, with `|` in either as `%7C` and `%` as `%25`. Beside it stand `queue`, `payload`, one of `cron` (with
 * `timeZone`), `every` (with `aligned`) and `at`, and any options, all under the names and with the defaults that `client.schedule`
 * knows. `schedulePartition` is the partition of schedules, modulo how many there are, if the writer has a selector of its own. There is no `version`: whatever
 * has none is not yet a schedule, and is made one. Put over a schedule, it is a new one in its place.
 */
import { UNREADABLE } from '../job/job.ts'
import { jsonProblem } from '../job/payload.ts'
import type { Config } from '../queue/configured.ts'
import type { ParsedHere } from '../queue/unknown.ts'
import { describeIssues } from '../text/issues.ts'
import type { Asked } from './body.ts'
import type { Definition } from './definition.ts'
import { definitionOf } from './definition-of.ts'
import { schedulePartitionSchema } from './enabled.ts'
import { ruleFields } from './rule-input.ts'
import type { ByHand, RawSchedule } from './schedule-item.ts'
import { partsOf } from './schedule-key.ts'

/** The definition that an item without a version asks for, or why this configuration makes none of it. */
export function definitionByHand(config: Config, item: RawSchedule, now: number): ParsedHere<Definition> {
  if (item[UNREADABLE] !== undefined) return malformed(`the item cannot be read: ${item[UNREADABLE]}`)
  const parts = partsOf(item.pk)
  if (!parts.ok) return malformed(parts.reason)
  // DynamoDB holds more than JSON does, and what JSON makes of a set is nobody's payload.
  const problem = jsonProblem(item['payload'], 'payload')
  if (problem !== undefined) return malformed(problem)
  const { schedulePartition, ...written }: RawSchedule & ByHand = item
  const asked = { ...parts.value, ...askedIn(written) }
  if (schedulePartition === undefined) return definitionOf(config, asked, now)
  const chosen = schedulePartitionSchema.safeParse(schedulePartition)
  if (!chosen.success) return malformed(`schedulePartition: ${describeIssues(chosen.error)}`)
  // Its writer may think of another count than the one that is configured.
  const definition = definitionOf(config, asked, now, (_name, count) => chosen.data % count)
  return definition.ok ? { ok: true, value: { ...definition.value, chosen: chosen.data } } : definition
}

const malformed = (reason: string): ParsedHere<never> => ({ ok: false, reason, isUnknown: false })

/** Whatever belongs to nothing else is an option: one that there is not is refused by its name. */
function askedIn({
  pk: _,
  unknownSince: __,
  queue,
  payload,
  ...fields
}: RawSchedule): Omit<Asked, 'task' | 'name'> {
  const isOfRule = ([name]: [string, unknown]): boolean => Object.hasOwn(ruleFields, name)
  const all = Object.entries(fields)
  return {
    queue: queue as string,
    payload,
    rule: Object.fromEntries(all.filter(isOfRule)),
    options: Object.fromEntries(all.filter((field) => !isOfRule(field))),
  }
}

/**
 * Since when no function has known its queue, epoch ms: noted in the item itself, so that whoever meets it next knows. Whoever puts
 * another item in its place has not written it.
 */
export const unknownSince = ({ unknownSince: since }: RawSchedule & ByHand): number | undefined =>
  typeof since === 'number' ? since : undefined

/** The same with that note, which changes nothing else of it. */
export const asUnknownSince = (item: RawSchedule, since: number): RawSchedule => ({
  ...item,
  unknownSince: since,
})
