/** A real `cdk` deploys, upgrades, rolls back and destroys Sluice, under load. See README.md. */
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import { isFailing, STAGES } from './app/stages.ts'
import { installMinistack } from './emulator/python.ts'
import { leftOver, messages, slotsTaken } from './judge.ts'
import { PARTS } from './parts/all.ts'
import { World } from './world.ts'

const ministack = await installMinistack()
// Here, for hooks do not run where everything is skipped.
if (!ministack.ok) console.warn(`Deployments are not tested: ${ministack.missing}`)
const step = test.skipIf(!ministack.ok)
let world: World
let failed = false
/** A message whose function was killed comes back after its visibility timeout, and finds that there is nothing to do. */
const SETTLES = { timeout: 180_000, interval: 1000 }

beforeAll(async () => {
  if (ministack.ok) world = await World.start(ministack.python)
})
afterAll(async () => {
  await world?.stop({ keep: failed })
  if (failed) console.warn(`what was written is kept in ${world.directory}`)
})

/** Strictly, a change is through when CloudFormation says so, and not seconds later when `cdk` has noticed. */
const isStrict = process.env['DEPLOY_STRICT'] === '1'

/** Each step needs those before it. */
function steps(name: string, run: () => Promise<void>): void {
  step(name, async ({ skip }) => {
    if (failed) skip('a step before it failed')
    onTestFailed(() => {
      failed = true
    })
    await run()
  })
}

describe('Sluice, deployed by cdk', () => {
  steps('bootstrap', async () => expect(await world.bootstrap()).toEqual({ ok: true }))

  for (const stage of STAGES) {
    steps(`${stage}: cdk deploy`, async () => {
      for (const { before } of PARTS) if (stage !== 'first') await before?.(world, stage)
      let throughs = 0
      const through = () => {
        throughs++
        for (const part of PARTS) part.through?.(world, stage)
      }
      const outcome = await world.deploy(stage, isStrict ? through : () => undefined)
      if (!isStrict) through()
      expect(throughs).toBe(1)
      if (!isFailing(stage)) return expect(outcome).toEqual({ ok: true })
      expect(outcome).toMatchObject({ output: expect.stringContaining('UPDATE_ROLLBACK_COMPLET') })
    })
    for (const { name, after } of PARTS) if (after) steps(`${stage}: ${name}`, () => after(world, stage))
  }

  steps('every job that was accepted runs, once', async () => {
    for (const { end } of PARTS) await end?.(world)
    await world.witness.until(() => world.ledger.isDone(world.witness))
    expect(world.ledger.mistakes(world.witness)).toEqual([])
    console.info(`${world.ledger.size} jobs, ${world.witness.calls.length} calls`)
  })
  for (const { name, judge } of PARTS) if (judge) steps(`in the end: ${name}`, () => judge(world))

  steps('nothing is left over', async () => {
    await expect.poll(() => slotsTaken(world), SETTLES).toEqual([])
    await expect.poll(() => leftOver(world), SETTLES).toEqual([])
    await expect.poll(() => messages(world), SETTLES).toEqual({})
  })
  steps('IAM has refused nothing', async () =>
    expect(await world.emulator.logged(/REFUSED BY IAM/)).toEqual([]),
  )
  steps('cdk destroy leaves the tables', async () => {
    const before = [await world.tables.jobs(), await world.tables.history()]
    expect(await world.destroy()).toEqual({ ok: true })
    expect([await world.tables.jobs(), await world.tables.history()]).toEqual(before)
  })
})
