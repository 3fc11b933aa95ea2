/**
 * A part whose limits deploys raise and lower while jobs run. The service raises its own before a deploy begins, and lowers
 * it in the moment in which the deploy, or its roll-back, is through: it must refuse nothing, ever.
 */
import { expect } from 'vitest'
import { inForce, isFailing, type Stage } from '../app/stages.ts'
import type { Load } from '../load.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

export interface UnderLoad {
  readonly name: string
  limitService(world: World, stage: Stage): void
  startLoads(world: World): readonly Load[]
  /** Jobs go on, and a raised limit is used. */
  goesOn(world: World, stage: Stage): Promise<void>
}

const isRaising = (stage: Stage): boolean => stage === 'raised' || isFailing(stage)

export function underLoad({ name, limitService, startLoads, goesOn }: UnderLoad): Part {
  const loads: Load[] = []
  return {
    name,
    before: (world, stage) => {
      if (isRaising(stage)) limitService(world, stage)
    },
    through: (world, stage) => limitService(world, inForce(stage)),
    after: async (world, stage) => {
      if (stage === 'first') loads.push(...startLoads(world))
      await goesOn(world, stage)
      expect(world.witness.refusals()).toEqual([])
    },
    end: async () => {
      await Promise.all(loads.map((load) => load.stop()))
    },
    judge: async ({ witness }) => expect(witness.refusals()).toEqual([]),
  }
}
