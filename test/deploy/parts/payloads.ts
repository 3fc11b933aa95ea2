/** Payloads that are kept in the bucket: by a client and by the function that takes events, fetched again by a retry. */
import { expect } from 'vitest'
import { MAX_INLINE_BYTES } from '../../../lib/core/job/place-payload.ts'
import { ways } from '../app/tasks.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

const customer = 'large'
const padding = 'x'.repeat(2 * MAX_INLINE_BYTES)

async function put(world: World, stage: string): Promise<string[]> {
  const [client, event] = [`client-${stage}`, `event-${stage}`]
  await world.enqueue(ways, [{ customer, name: client, padding, fails: 1 }])
  const payload = { customer, name: event, padding }
  await world.putEvent('test', 'sluice.enqueue', { queue: 'ways', task: 'ways', payload })
  world.ledger.expect('ways', customer, event)
  return [client, event]
}

export const payloads: Part = {
  name: 'payloads kept in the bucket',
  after: async (world, stage) => {
    const { witness } = world
    const known = await world.storedPayloads()
    const names = await put(world, stage)
    await witness.until(() => names.every((name) => witness.done('ways', customer).includes(name)))
    expect((await world.storedPayloads()) - known).toBe(names.length)
  },
}
