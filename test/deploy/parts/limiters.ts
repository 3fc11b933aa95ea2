/**
 * What queues share, raised and lowered by deploys under load: a pool of which a job of one queue takes two units, and the
 * total of that queue. As with other limits, the service refuses nothing, ever.
 */
import { expect } from 'vitest'
import { TOTAL, UNITS, WEIGHTS } from '../app/config.ts'
import { inForce, isFailing, type Stage } from '../app/stages.ts'
import { heavy, light } from '../app/tasks.ts'
import { Load } from '../load.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

/** Enough for any backlog to show whether it moves. */
const CALLS = 10
const CUSTOMERS = ['acme', 'beta']
const loads: Load[] = []

const isRaising = (stage: Stage): boolean => stage === 'raised' || isFailing(stage)

function limitService({ witness }: World, stage: Stage): void {
  witness.share('the pool', { units: UNITS[stage], weights: WEIGHTS })
  witness.share('the total', { units: TOTAL[stage], weights: { heavy: 1 } })
}

function startLoads(world: World): void {
  limitService(world, 'first')
  for (const customer of CUSTOMERS)
    for (const task of [heavy, light]) loads.push(new Load(world, task, customer, 400))
}

/** Jobs of all go on, and a raised limit is used. */
async function goesOn({ witness }: World, stage: Stage): Promise<void> {
  const since = Date.now()
  const isServed = (queue: string, customer: string) =>
    witness.of(queue, customer).filter(({ at, endedAt }) => at >= since && endedAt !== undefined).length >=
    CALLS
  await witness.until(() =>
    CUSTOMERS.every((customer) => [heavy, light].every(({ queue }) => isServed(queue, customer))),
  )
  if (stage === 'raised') await witness.until(() => witness.highestUse(WEIGHTS, since) > UNITS.first)
}

export const limiters: Part = {
  name: 'a total and a pool, raised and lowered under load',
  before: (world, stage) => {
    if (isRaising(stage)) limitService(world, stage)
  },
  through: (world, stage) => limitService(world, inForce(stage)),
  after: async (world, stage) => {
    if (stage === 'first') startLoads(world)
    await goesOn(world, stage)
    expect(world.witness.refusals()).toEqual([])
  },
  end: async () => {
    await Promise.all(loads.map((load) => load.stop()))
  },
}
