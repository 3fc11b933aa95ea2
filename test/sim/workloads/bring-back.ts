/** At the end of a run: what waits for another version of the configuration gets it, one after the other. */

import type { Standing } from '../checks/lineage.ts'
import { isRunnableIn } from '../checks/runnable.ts'
import type { Truth } from '../checks/truth.ts'
import type { World } from '../world/world.ts'
import { deployAt } from './versions.ts'

/** Long enough for what a version knows to come to its end. */
const KEPT_MS = 45 * 60_000

export function bringBack(world: World, truth: Truth): void {
  const { plan, scheduler, deploys, random } = world
  const last = deploys.rollouts.at(-1)
  if (!last || plan.versions.length === 1 || deploys.busy || scheduler.now < last.until + KEPT_MS) return
  const versionOf = (one: Standing) =>
    plan.versions.findIndex((_, version) => isRunnableIn(plan, version, one))
  const waiting = [...truth.standing.values()].find(
    (one) => !isRunnableIn(plan, last.version, one) && versionOf(one) >= 0,
  )
  const next = waiting ? versionOf(waiting) : -1
  if (next >= 0) deploys.start(deployAt(random, next, scheduler.now))
}
