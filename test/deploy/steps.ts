/** A test that is a row of steps in one world, each of which needs those before it; and what has to hold in the end. */
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest'
import { leftOver, messages, slotsTaken } from './judge.ts'
import type { Found } from './targets/target.ts'
import { World } from './world.ts'

/** A message whose function was killed comes back after its visibility timeout, and finds that there is nothing to do. */
const SETTLES = { timeout: 180_000, interval: 1000 }

type Step = (name: string, run: () => Promise<void>) => void

/**
 * What adds a step to the test of this file. After a step that failed the others are skipped, and what was written is kept.
 * @param found where to deploy; if there is nothing every step is skipped
 * @param prepare gets the world before the first step
 */
export function inSteps(found: Found, prepare: (world: World) => void | Promise<void>): Step {
  let world: World | undefined
  let failed = false
  beforeAll(async () => {
    if (!found.ok) return
    world = await World.start(found)
    await prepare(world)
  })
  afterAll(async () => {
    await world?.stop({ keep: failed })
    if (failed) console.warn(`what was written is kept in ${world?.directory}`)
  })
  return (name, run) =>
    test.skipIf(!found.ok)(name, async ({ skip }) => {
      if (failed) skip('a step before it failed')
      onTestFailed(() => {
        failed = true
      })
      await run()
    })
}

export async function expectAllRan({ witness, ledger }: World): Promise<void> {
  await witness.until(() => ledger.isDone(witness))
  expect(ledger.mistakes(witness)).toEqual([])
  console.info(`${ledger.size} jobs, ${witness.calls.length} calls`)
}

export async function expectNothingLeft(world: World): Promise<void> {
  await expect.poll(() => slotsTaken(world), SETTLES).toEqual([])
  await expect.poll(() => leftOver(world), SETTLES).toEqual([])
  await expect.poll(() => messages(world), SETTLES).toEqual({})
}

/**
 * Where the target does not tell, what was refused shows as jobs that do not run.
 * @param but what may have been refused, in its order: see `way-back.ts`
 */
export async function expectNothingRefused(
  { target }: Pick<World, 'target'>,
  but: readonly string[] = [],
): Promise<void> {
  if (target.refusals) expect(await target.refusals()).toEqual(but)
}
