/** All ways in, and what becomes of jobs that are delayed, fail, or are malformed. */
import { expect } from 'vitest'
import { ways } from '../app/tasks.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

const customer = 'ways-in'
const DELAY_MS = 4000
let dueAt = 0

const sortKey = (id: string, at = Date.now()): string => `5#${new Date(at).toISOString()}#${id}`

async function put(world: World): Promise<void> {
  await world.enqueue(ways, [{ customer, name: 'client' }])
  dueAt = Date.now() + DELAY_MS
  await world.enqueue(ways, [{ customer, name: 'delayed' }], { runAt: dueAt })
  await world.enqueue(ways, [{ customer, name: 'recovers', fails: 1 }])
  const event = { queue: 'ways', task: 'ways', payload: { customer, name: 'event' } }
  await world.putEvent('test', 'sluice.enqueue', event)
  await world.putEvent('shop', 'order.placed', { customer, name: 'trigger' })
  const payload = { customer, name: 'raw' }
  await world.rawPut({ pk: `ways|${customer}`, sk: sortKey('raw'), task: 'ways', payload })
  for (const name of ['event', 'trigger', 'raw']) world.ledger.expect('ways', customer, name)
}

/** None of these may run to success, or at all. */
async function putHopeless(world: World): Promise<void> {
  const jobs = [{ payload: { customer, name: 'never', fails: 99 } }]
  await world.client.enqueueMany(ways, jobs)
  const body = { task: 'ways', payload: { customer, name: 'poison' } }
  await world.rawPut({ pk: `ways|${customer}`, sk: 'hello', ...body })
  await world.rawPut({ pk: `ways|${customer}`, sk: sortKey('no-task'), payload: {} })
  await world.rawPut({ pk: `ways|${customer}`, sk: sortKey('wrong'), task: 'ways', payload: { customer: 7 } })
}

export const waysIn: Part = {
  name: 'ways in',
  after: async (world, stage) => {
    const { witness } = world
    if (stage !== 'first') return world.enqueue(ways, [{ customer, name: `client-${stage}` }])
    await put(world)
    await putHopeless(world)
    const names = ['client', 'delayed', 'recovers', 'event', 'trigger', 'raw']
    await witness.until(() => names.every((name) => witness.done('ways', customer).includes(name)))
    const delayed = witness.of('ways', customer).find(({ name }) => name === 'delayed')
    expect(delayed?.at).toBeGreaterThanOrEqual(dueAt)
  },
  judge: async (world) => {
    expect(world.witness.of('ways', customer).filter(({ name }) => name === 'poison')).toEqual([])
    const all = await Array.fromAsync(world.client.deadLetters('ways'))
    const letters = all.filter(({ reason }) => reason !== 'cancelled')
    const found = letters.map(({ reason, job }) => `${reason} ${/hello|no-task|wrong|never/.exec(job)?.[0]}`)
    expect(found.sort()).toEqual(['exhausted never', 'refused hello', 'refused no-task', 'refused wrong'])
    world.explained.push(...letters)
  },
}
