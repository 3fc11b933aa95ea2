/** Schedules that the configuration declares, as people write them. */
import * as z from 'zod'
import { QUEUE_NAME } from '../keys.ts'
import { isTaskName, TASK_NAME_RULE } from '../queue/task-name.ts'

export interface DeclaredInput {
  readonly task: string
  readonly queue: string
  readonly payload: unknown
}

/** By its name. */
export interface Declared {
  readonly name: string
  readonly task: string
  readonly queue: string
  readonly payload: unknown
}

const named = z.string().refine(isTaskName, TASK_NAME_RULE)

export const declaredSchema = z
  .record(
    named,
    z.strictObject({ task: named, queue: z.string().regex(QUEUE_NAME), payload: z.unknown().optional() }),
  )
  .default({})
  .transform((all): Declared[] =>
    Object.entries(all).map(([name, one]) => ({ ...one, payload: one.payload, name })),
  )
