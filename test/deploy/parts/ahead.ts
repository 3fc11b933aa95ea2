/** Producers that are ahead of a deploy: jobs of a queue, and of a task, that only the next one brings. */
import type { World } from '../world.ts'
import type { Part } from './part.ts'

const COUNT = 5
const customer = 'ahead'

/** Raw: the client of the version before does not know the queue either. */
async function put(world: World, pk: string, queue: string, task: string): Promise<void> {
  for (let n = 0; n < COUNT; n++) {
    const name = `${task}-${n}`
    const sk = `5#${new Date().toISOString()}#${name}`
    await world.rawPut({ pk, sk, task, payload: { customer, name } })
    world.ledger.expect(queue, customer, name)
  }
}

export const ahead: Part = {
  name: 'jobs ahead of their deploy',
  before: async (world, stage) => {
    if (stage !== 'raised') return
    await put(world, 'fresh', 'fresh', 'fresh')
    await put(world, `ways|${customer}`, 'ways', 'another')
  },
  after: async ({ witness }, stage) => {
    if (stage !== 'raised') return
    await witness.until(
      () => witness.done('fresh', customer).length >= COUNT && witness.done('ways', customer).length >= COUNT,
    )
  },
}
