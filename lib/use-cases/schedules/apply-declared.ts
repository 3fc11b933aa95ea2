/**
 * Makes, changes and removes the schedules that the configuration in force declares, as a set. Which of them may stand there is noted
 * before the first is made, and whose set it is when all is done: so whoever dies in between is followed by another that begins
 * anew, and a set that stands costs one read. What somebody has scheduled at run time is left alone.
 */
import type { Declared } from '../../core/schedule/declared-input.ts'
import { definitionOf } from '../../core/schedule/definition-of.ts'
import type { ScheduleKey } from '../../core/schedule/schedule.ts'
import { DeclaredScheduleError } from '../../core/schedule/schedule-errors.ts'
import { isRaw } from '../../core/schedule/schedule-item.ts'
import { partsOf, scheduleKey } from '../../core/schedule/schedule-key.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { DeclaredNote, SchedulesPage } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { fireSoon } from './fire-soon.ts'
import { putSchedule } from './put-schedule.ts'
import { removeSchedule } from './remove-schedule.ts'

export type DeclaringContext = Pick<Context, 'config' | 'store' | 'clock' | 'events' | 'wake' | 'deployment'>

export type Applied =
  /** They stand there as this configuration declares them. */
  | 'applied'
  | 'applied before'
  /** A deploy is under way, or another configuration is in force, or somebody else applies one: the next tick looks again. */
  | 'left'

const SIDE_BY_SIDE = 16

/**
 * @param configuration the hash of the context's configuration
 * @throws what the first has met that could not be written, when all others have been: the next tick begins anew
 */
export async function applyDeclared(context: DeclaringContext, configuration: string): Promise<Applied> {
  const { store, config, deployment } = context
  const note = await store.schedules.declared()
  if (note?.configuration === configuration) return 'applied before'
  if (!(await deployment.isAlone())) return 'left'
  const { declared } = config.schedules
  const keys = declared.map(keyOf)
  const before = note?.keys ?? (await declaredKeys(context))
  const begun: DeclaredNote = {
    version: (note?.version ?? 0) + 1,
    keys: [...new Set([...before, ...keys])],
  }
  if ((await store.schedules.saveDeclared(begun, note?.version ?? 'absent')) === 'stale') return 'left'
  const removed = before.filter((key) => !keys.includes(key))
  const isDone = await eachInForce(context, [
    ...declared.map((one) => () => put(context, one)),
    ...removed.map((key) => () => remove(context, key)),
  ])
  if (!isDone) return 'left'
  const done = { version: begun.version + 1, configuration, keys }
  return (await store.schedules.saveDeclared(done, begun.version)) === 'put' ? 'applied' : 'left'
}

const keyOf = ({ task, name }: Declared): ScheduleKey => scheduleKey(task, name)

/** Before each step it looks whether a deploy has begun since: then another configuration has the word. */
async function eachInForce(
  { deployment }: DeclaringContext,
  steps: readonly (() => Promise<void>)[],
): Promise<boolean> {
  let isAlone = true
  const errors: unknown[] = []
  await forEachSideBySide(steps, SIDE_BY_SIDE, async (step) => {
    isAlone &&= await deployment.isAlone()
    if (isAlone) await step().catch((error: unknown) => errors.push(error))
  })
  if (errors.length > 0) throw errors[0]
  return isAlone
}

/** Its job may run: a deploy waits for nobody. */
async function put(context: DeclaringContext, { name, task, ...asked }: Declared): Promise<void> {
  const { config, clock, events, wake } = context
  const refuse = (reason: string) =>
    events.emit({ kind: 'declared schedule refused', schedule: scheduleKey(task, name), reason })
  const definition = definitionOf(config, { ...asked, name, task, declared: true }, clock.now())
  if (!definition.ok) return refuse(definition.reason)
  try {
    const { state, schedule } = await putSchedule(context, definition.value, true)
    if (state !== 'unchanged') await fireSoon({ ...context, wake: () => wake }, schedule)
  } catch (error) {
    if (!(error instanceof DeclaredScheduleError)) throw error
    refuse('somebody has scheduled this name at run time: unschedule it and deploy, or declare another name')
  }
}

async function remove(context: DeclaringContext, key: ScheduleKey): Promise<void> {
  const parts = partsOf(key)
  if (parts.ok) await removeSchedule(context, parts.value, { isForced: true, isDeclared: true })
}

/** Where nothing is noted: the first time, or somebody has deleted the note. */
async function declaredKeys({ store }: DeclaringContext): Promise<ScheduleKey[]> {
  const keys: ScheduleKey[] = []
  let cursor: string | undefined
  do {
    const page: SchedulesPage = await store.schedules.scan(cursor === undefined ? {} : { cursor })
    for (const item of page.schedules)
      if (!isRaw(item) && item['declared'] === true) keys.push(item.pk as ScheduleKey)
    cursor = page.cursor
  } while (cursor !== undefined)
  return keys
}
