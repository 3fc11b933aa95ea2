/** Jobs that are cancelled, and keys of which there is only one job: by clients of every deploy. */
import { expect } from 'vitest'
import { ways } from '../app/tasks.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

const customer = 'only-once'
const cancelled: string[] = []

async function cancelDelayed({ client }: World, name: string): Promise<void> {
  const job = await client.enqueue(ways, { customer, name }, { delay: '1h' })
  expect(await client.cancel(job, { by: 'ann', reason: 'no use' })).toEqual({ kind: 'cancelled' })
  cancelled.push(job.id)
}

/** The second call gets the job of the first. */
async function enqueueTwice({ client, ledger }: World, name: string, options: object): Promise<void> {
  const first = await client.enqueue(ways, { customer, name }, options)
  const second = await client.enqueue(ways, { customer, name }, options)
  expect(second).toMatchObject({ id: first.id, existing: true })
  ledger.expect('ways', customer, name)
}

export const cancelledAndOnlyOnce: Part = {
  name: 'jobs cancelled, and jobs of which there is one',
  after: async (world, stage) => {
    await cancelDelayed(world, `cancelled-${stage}`)
    await enqueueTwice(world, `key-${stage}`, { idempotencyKey: `key-${stage}` })
    await enqueueTwice(world, `unique-${stage}`, { unique: { key: `unique-${stage}` }, delay: '2s' })
  },
  judge: async (world) => {
    const letters = (await Array.fromAsync(world.client.deadLetters('ways'))).filter(
      ({ reason }) => reason === 'cancelled',
    )
    expect(letters).toHaveLength(cancelled.length)
    world.explained.push(...letters, ...(await keysOf(world)))
  },
}

/** What the keys of jobs are kept as. */
const keysOf = async ({ tables }: World) =>
  (await tables.history()).filter(({ pk }) => pk.startsWith('$once|') || pk.startsWith('$unique|'))
