/** What a tick, and the end of a deploy, does for the schedules that the configuration declares. */
import { applyDeclared } from '../../../lib/use-cases/schedules/apply-declared.ts'
import { contextOf } from './context.ts'
import { configurationOf } from './deploys.ts'
import type { Invocation } from './invocation.ts'
import type { World } from './world.ts'

/** Where no version declares any, nobody asks: such worlds are what they were. */
export async function applySchedules(world: World, by: Invocation): Promise<void> {
  const { plan, areSchedulesOver } = world
  const areAny = plan.versions.some(({ config }) => config.schedules.declared.length > 0)
  if (!areAny || areSchedulesOver) return
  await applyDeclared(contextOf(world, by), configurationOf(by.version))
}
