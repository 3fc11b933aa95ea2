/** Schedules that the configuration declares, as people write them. */
import * as z from 'zod'
import { isTaskName, TASK_NAME_RULE } from '../queue/task-name.ts'
import { type Asked, bodyOf } from './body.ts'
import { optionFields, type ScheduleOptionsInput } from './options-input.ts'
import { type RuleInput, ruleFields } from './rule-input.ts'

/** `{ task: 'report', queue: 'mail', cron: '0 9 * * MON', timeZone: 'Europe/Berlin', payload: { of: 'week' } }` */
export type DeclaredInput = RuleInput & {
  readonly task: string
  /** Of its jobs. */
  readonly queue: string
  /**
   * Up to 4 KB as JSON, with what its queue's partition goes by. Its task's schema, which no configuration knows, checks it when a job
   * of it is run.
   */
  readonly payload: unknown
  readonly options?: ScheduleOptionsInput | undefined
}

/** As it was written: an interval counts from the time at which a deploy makes it. */
export type Declared = Omit<Asked, 'declared'>

const named = z.string().refine(isTaskName, TASK_NAME_RULE)

const oneSchema = z.strictObject({
  ...ruleFields,
  task: named,
  queue: z.string(),
  payload: z.unknown(),
  options: z.strictObject(optionFields).optional(),
})

/** By their names, which are those of the record. */
export const declaredSchema = z
  .record(named, z.unknown())
  .default({})
  .transform((all, context) =>
    Object.entries(all).flatMap(([name, written]) => {
      const one = oneSchema.safeParse(written)
      if (one.success) return declaredOf(name, written as DeclaredInput, context) ?? []
      for (const { path, message } of one.error.issues)
        context.addIssue({ code: 'custom', path: [name, ...path], message })
      return []
    }),
  )

/** Kept as it was written, for durations and dates in it are read again when it is applied. */
function declaredOf(
  name: string,
  { task, queue, payload, options = {}, ...rule }: DeclaredInput,
  context: z.RefinementCtx,
): Declared | undefined {
  const declared = { name, task, queue, rule, payload, options }
  const body = bodyOf(declared, 0)
  if (body.ok) return declared
  context.addIssue({ code: 'custom', path: [name], message: body.reason })
  return undefined
}
