/** Clients who schedule, change, pause, resume, run and remove schedules, by the very use cases of the product. */
import { definitionOf } from '../../../lib/core/schedule/definition-of.ts'
import { isRaw } from '../../../lib/core/schedule/schedule-item.ts'
import { scheduleKey } from '../../../lib/core/schedule/schedule-key.ts'
import type { Context } from '../../../lib/use-cases/context.ts'
import { fireSoon } from '../../../lib/use-cases/schedules/fire-soon.ts'
import { pauseSchedule, resumeSchedule } from '../../../lib/use-cases/schedules/pause-schedule.ts'
import { putSchedule } from '../../../lib/use-cases/schedules/put-schedule.ts'
import { removeSchedule } from '../../../lib/use-cases/schedules/remove-schedule.ts'
import { runNow } from '../../../lib/use-cases/schedules/run-now.ts'
import { contextOf } from '../world/context.ts'
import type { Invocation } from '../world/invocation.ts'
import type { World } from '../world/world.ts'
import { enableAll } from './enablings.ts'
import { type DefinitionPlan, payloadOf, type ScheduleActPlan, type ScheduledName } from './schedule-plan.ts'
import { namesIn, type Removed } from './scheduled-names.ts'

/** What a caller is told, and lives with. */
const REFUSALS: readonly string[] = [
  'NoScheduleError',
  'ScheduleFiringError',
  'InvalidScheduleError',
  'DeclaredScheduleError',
]

export function applyScheduleAct(world: World, act: ScheduleActPlan): void {
  const { of, what } = act
  const key = scheduleKey(of.task, of.name)
  world.invoke(
    'client',
    async (by) => ({ by, isDone: await carriedOut(world, by, act) }),
    (outcome) => {
      if (outcome.ok && outcome.value.isDone)
        world.emit({ kind: 'scheduleTold', by: outcome.value.by, key, what })
    },
  )
}

async function carriedOut(world: World, by: Invocation, act: ScheduleActPlan): Promise<boolean> {
  try {
    await carryOut(contextOf(world, by), by, act)
    return true
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    if (!REFUSALS.includes(name)) throw error
    world.emit({ kind: 'scheduleRefused', by, why: name })
    return false
  }
}

async function carryOut(context: Context, by: Invocation, act: ScheduleActPlan): Promise<void> {
  const { of, what, definition, force } = act
  const parts = { task: of.task, name: of.name }
  const firing = { ...context, wake: () => context.wake }
  switch (what) {
    case 'schedule':
      return definition && schedule(context, of, definition, force)
    case 'unschedule':
      await removeSchedule(context, parts, { isForced: force, isDeclared: false })
      return
    case 'pause':
      await pauseSchedule(context, parts, { by: `operator ${by.id}` })
      return
    case 'resume':
      return fireSoon(firing, await resumeSchedule(context, parts))
    case 'runNow':
      await runNow(context, parts, `m${by.id}`)
  }
}

/** As the client does it. */
async function schedule(
  context: Context,
  of: ScheduledName,
  definition: DefinitionPlan,
  isForced: boolean,
): Promise<void> {
  const { name, task, queue } = of
  const { rule, options } = definition
  const asked = { task, name, queue: queue.name, rule, payload: payloadOf(of, definition), options }
  const made = definitionOf(context.config, asked, context.clock.now())
  if (!made.ok) throw Object.assign(new Error(made.reason), { name: 'InvalidScheduleError' })
  const put = await putSchedule(context, made.value, isForced)
  if (put.state !== 'unchanged') await fireSoon({ ...context, wake: () => context.wake }, put.schedule)
}

/** After the last fault, the tick that finds what is due, and the messages that have come late. */
const SETTLED_MS = 150_000
const LOOK_AGAIN_MS = 10_000

/** Once they have had time to go on they are looked at, and then all are removed: otherwise a run would have no end. */
export function endSchedules(world: World): void {
  const { schedules } = world.plan
  if (!schedules) return
  if (schedules.enablings) enableAll(world, () => settle(world, 0))
  else settle(world, 0)
}

function settle(world: World, isSettled_ms: number): void {
  const { scheduler, deploys } = world
  if (isSettled_ms < SETTLED_MS) {
    const isBusy = deploys.busy || isAnyRaw(world)
    scheduler.after(LOOK_AGAIN_MS, () => settle(world, isBusy ? 0 : isSettled_ms + LOOK_AGAIN_MS))
    return
  }
  world.emit({ kind: 'schedulesSettled' })
  world.areSchedulesOver = true
  for (const of of namesIn(world.plan)) removeSurely(world, of)
}

/** Whose record the stream has dropped: the sweep looks at the table once an hour. */
const isAnyRaw = ({ tables }: World): boolean => [...(tables.schedules?.values() ?? [])].some(isRaw)

function removeSurely(world: World, of: Removed): void {
  const key = scheduleKey(of.task, of.name)
  world.invoke(
    'admin',
    async (by) => {
      const parts = { task: of.task, name: of.name }
      await removeSchedule(contextOf(world, by), parts, { isForced: true, isDeclared: of.isDeclared })
      return by
    },
    (outcome) => {
      if (!outcome.ok) return void world.scheduler.after(1000, () => removeSurely(world, of))
      world.schedulesLeft--
      world.emit({ kind: 'scheduleTold', by: outcome.value, key, what: 'unschedule' })
    },
  )
}
