/** At the end of a run: what waits for another version of the configuration gets it, one after the other. */
import type { Standing, Truth } from '../checks/truth.ts'
import type { World } from '../world/world.ts'
import { tasksIn } from './handlers.ts'
import { deployAt, knows } from './versions.ts'

/** Long enough for what a version knows to come to its end. */
const KEPT_MS = 45 * 60_000

export function bringBack(world: World, truth: Truth): void {
  const { plan, scheduler, deploys, random } = world
  const last = deploys.rollouts.at(-1)
  if (!last || plan.versions.length === 1 || deploys.busy || scheduler.now < last.until + KEPT_MS) return
  const isRunnable = (version: number, { pk, item }: Standing): boolean =>
    knows((plan.versions[version] ?? plan.versions[0]).config, pk) &&
    tasksIn(version, plan).some(({ name }) => name === item['task'])
  const waiting = [...truth.standing.values()].find((one) => !isRunnable(last.version, one))
  const next = waiting && plan.versions.findIndex((_, version) => isRunnable(version, waiting))
  if (next !== undefined && next >= 0) deploys.start(deployAt(random, next, scheduler.now))
}
