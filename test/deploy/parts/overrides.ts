/** A customer that was paused at run time stays paused, whatever deploys do to limits and shards, until it is resumed. */
import { expect } from 'vitest'
import { wide } from '../app/tasks.ts'
import type { Part } from './part.ts'

const COUNT = 4
const customer = 'paused'

export const overrides: Part = {
  name: 'a customer paused at run time',
  after: async (world, stage) => {
    const { witness, client } = world
    if (stage === 'first') await client.setLimits('wide', customer, { concurrency: 0 })
    if (stage !== 'back') {
      const jobs = Array.from({ length: COUNT }, (_, n) => ({ customer, name: `${stage}-${n}` }))
      await world.enqueue(wide, jobs)
      return expect(witness.of('wide', customer)).toEqual([])
    }
    expect(witness.of('wide', customer)).toEqual([])
    await client.setLimits('wide', customer, null)
    await witness.until(() => witness.done('wide', customer).length >= world.ledger.count('wide', customer))
  },
}
