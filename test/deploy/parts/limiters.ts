/**
 * What queues share, raised and lowered by deploys under load: a pool of which a job of one queue takes two units, and the
 * total of that queue.
 */
import { TOTAL, UNITS, WEIGHTS } from '../app/config.ts'
import type { Stage } from '../app/stages.ts'
import { heavy, light } from '../app/tasks.ts'
import { Load } from '../load.ts'
import type { World } from '../world.ts'
import { underLoad } from './under-load.ts'

/** Enough for any backlog to show whether it moves. */
const CALLS = 10
const CUSTOMERS = ['acme', 'beta']

function limitService({ witness }: World, stage: Stage): void {
  witness.share('the pool', { units: UNITS[stage], weights: WEIGHTS })
  witness.share('the total', { units: TOTAL[stage], weights: { heavy: 1 } })
}

function startLoads(world: World): Load[] {
  limitService(world, 'first')
  return CUSTOMERS.flatMap((customer) => [heavy, light].map((task) => new Load(world, task, customer, 400)))
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

export const limiters = underLoad({
  name: 'a total and a pool, raised and lowered under load',
  limitService,
  startLoads,
  goesOn,
})
