/** A queue that a deploy removes while delayed jobs are in it, and that a later one brings back. */
import { expect } from 'vitest'
import { gone } from '../app/tasks.ts'
import { pace } from '../targets/pace.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

const COUNT = 5
const customer = 'gone'
let dueAt = 0

const inTable = async ({ tables }: World) => (await tables.jobs()).filter(({ pk }) => pk === 'gone')

export const removed: Part = {
  name: 'a queue removed and brought back',
  before: async (world, stage) => {
    if (stage !== 'lowered') return
    // While nobody knows their queue.
    dueAt = Date.now() + pace.deploy_ms
    const jobs = Array.from({ length: COUNT }, (_, n) => ({ customer, name: `job-${n}` }))
    await world.enqueue(gone, jobs, { runAt: dueAt })
  },
  after: async (world, stage) => {
    const { witness } = world
    if (stage === 'failed') {
      await world.eventually(() => Date.now() > dueAt)
      expect(witness.of('gone', customer)).toEqual([])
      expect(await inTable(world)).toHaveLength(COUNT)
      const [stranded] = await Array.fromAsync(world.client.strandedJobs())
      expect(stranded?.queue).toBe('gone')
      expect(stranded?.jobs).toHaveLength(COUNT)
    }
    if (stage === 'back') await witness.until(() => witness.done('gone', customer).length >= COUNT)
  },
  judge: async ({ client }) => expect(await Array.fromAsync(client.strandedJobs())).toEqual([]),
}
