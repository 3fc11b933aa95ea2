/**
 * Customers that were paused at run time stay paused, whatever deploys do to their limits and to the number of their
 * shards, until they are resumed.
 */
import { expect } from 'vitest'
import { slots, wide } from '../app/tasks.ts'
import type { Part } from './part.ts'

const COUNT = 4
const customer = 'paused'
const TASKS = [slots, wide]

export const overrides: Part = {
  name: 'customers paused at run time',
  after: async (world, stage) => {
    const { witness, client, ledger } = world
    for (const task of TASKS) {
      const { queue } = task
      if (stage === 'first') await client.setLimits(queue, customer, { concurrency: 0 })
      if (stage !== 'back') {
        const jobs = Array.from({ length: COUNT }, (_, n) => ({ customer, name: `${stage}-${n}` }))
        await world.enqueue(task, jobs)
      }
      expect(witness.of(queue, customer)).toEqual([])
      if (stage !== 'back') continue
      await client.setLimits(queue, customer, null)
      await witness.until(() => witness.done(queue, customer).length >= ledger.count(queue, customer))
    }
  },
}
