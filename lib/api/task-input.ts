/** What a task is made of, as people without types may write it, too. */
import * as z from 'zod'
import { costSchema } from '../core/job/cost-input.ts'
import { jobPoolsSchema } from '../core/job/labels.ts'
import { isTaskName, TASK_NAME_RULE } from '../core/queue/task-name.ts'
import { toConfigurationError } from '../core/text/issues.ts'

const isFunction = (value: unknown): boolean => typeof value === 'function'

/** Some libraries have functions that bear it. */
function isStandardSchema(value: unknown): boolean {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false
  const standard: unknown = (value as { readonly '~standard'?: unknown })['~standard']
  return isFunction((standard as { readonly validate?: unknown } | null | undefined)?.validate)
}

/** Strict: a limit whose name is misspelt would otherwise not hold. */
const taskSchema = z.strictObject({
  name: z.string(TASK_NAME_RULE).refine(isTaskName, TASK_NAME_RULE),
  queue: z.string().min(1),
  payload: z.custom(isStandardSchema, 'is no Standard Schema: give one of zod, valibot, arktype …'),
  pools: jobPoolsSchema.optional(),
  cost: costSchema.optional(),
  handler: z.custom(isFunction, 'is no function'),
})
/** So that paths begin with its name. */
const inputSchema = z.object({ task: taskSchema })

/** @throws ConfigurationError that names what is wrong */
export function checkTask(definition: unknown): void {
  const checked = inputSchema.safeParse({ task: withoutFunction(definition) })
  if (!checked.success) throw toConfigurationError(checked.error, 'task')
}

/** What a function says that a job costs is known, and checked, when there is one. */
function withoutFunction(definition: unknown): unknown {
  const cost: unknown = (definition as { readonly cost?: unknown } | null | undefined)?.cost
  return isFunction(cost) ? { ...(definition as object), cost: undefined } : definition
}
