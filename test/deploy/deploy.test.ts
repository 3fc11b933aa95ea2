/** A real `cdk` deploys, upgrades, rolls back and destroys Sluice, under load. See README.md. */
import { describe, expect } from 'vitest'
import { isFailing, STAGES } from './app/stages.ts'
import { PARTS } from './parts/all.ts'
import { expectAllRan, expectNothingLeft, expectNothingRefused, inSteps } from './steps.ts'
import { findTarget } from './targets/target.ts'
import type { World } from './world.ts'

const target = await findTarget()
// Here, for hooks do not run where everything is skipped.
if (!target.ok) console.warn(`Deployments are not tested: ${target.missing}`)
let world: World
const steps = inSteps(target, (started) => {
  world = started
})

/** Strictly, a change is through when CloudFormation says so, and not seconds later when `cdk` has noticed. */
const isStrict = process.env['DEPLOY_STRICT'] === '1'

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
      const outcome = await (isStrict ? world.deployWatched(stage, through) : world.deploy(stage))
      if (!isStrict) through()
      expect(throughs).toBe(1)
      if (!isFailing(stage)) return expect(outcome).toEqual({ ok: true })
      expect(outcome).toMatchObject({ output: expect.stringContaining('UPDATE_ROLLBACK_COMPLET') })
    })
    for (const { name, after } of PARTS) if (after) steps(`${stage}: ${name}`, () => after(world, stage))
  }

  steps('every job that was accepted runs, once', async () => {
    for (const { end } of PARTS) await end?.(world)
    await expectAllRan(world)
  })
  for (const { name, judge } of PARTS) if (judge) steps(`in the end: ${name}`, () => judge(world))

  steps('nothing is left over', () => expectNothingLeft(world))
  steps('IAM has refused nothing, where the target tells', () => expectNothingRefused(world))
  steps('cdk destroy leaves the tables', async () => {
    const before = [await world.tables.jobs(), await world.tables.history()]
    expect(await world.destroy()).toEqual({ ok: true })
    try {
      expect([await world.tables.jobs(), await world.tables.history()]).toEqual(before)
    } finally {
      await world.cleanUp()
    }
  })
})
