/** A customer that was paused at run time stays paused, whatever deploys do to its limits, until it is resumed. */
import { expect } from 'vitest'
import { slots } from '../app/tasks.ts'
import type { Part } from './part.ts'

const COUNT = 4
const customer = 'paused'

export const overrides: Part = {
  name: 'a customer paused at run time',
  after: async (world, stage) => {
    const { witness, client } = world
    if (stage === 'first') await client.setLimits('slots', customer, { concurrency: 0 })
    if (stage !== 'back') {
      const jobs = Array.from({ length: COUNT }, (_, n) => ({ customer, name: `${stage}-${n}` }))
      await world.enqueue(slots, jobs)
      return expect(witness.of('slots', customer)).toEqual([])
    }
    expect(witness.of('slots', customer)).toEqual([])
    await client.setLimits('slots', customer, null)
    await witness.until(() => witness.done('slots', customer).length >= world.ledger.count('slots', customer))
  },
}
