/** Tick and sweep, under the role of their function: each finds an item as time, or a crash, would have left it. */
import { ways } from '../app/tasks.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

/** Longer than the whole test takes. */
const DISTANT_MS = 4 * 3_600_000
const SOON_MS = 20_000
const forTick = 'for-tick'
const forSweep = 'for-sweep'

const itemOf = async ({ tables }: World, customer: string) =>
  (await tables.states()).find(({ pk }) => pk === `ways|${customer}`)

/** A job that is not due for long: its shard's item says when it will be, in the index that only the tick reads. */
async function putDistant(world: World, customer: string): Promise<void> {
  await world.client.enqueueMany(ways, [
    { payload: { customer, name: 'distant' }, runAt: Date.now() + DISTANT_MS },
  ])
  await world.eventually(async () => Number((await itemOf(world, customer))?.['dueAt']) > Date.now())
}

/** Whoever is woken looks at the shard, and writes down again when its job is really due. */
const isWritten = (world: World, customer: string) => async () =>
  Number((await itemOf(world, customer))?.['dueAt']) > Date.now() + DISTANT_MS / 2

async function prepare(world: World): Promise<void> {
  for (const customer of [forTick, forSweep]) await putDistant(world, customer)
  await world.tables.changeState(`ways|${forTick}`, { dueAt: Date.now() + SOON_MS })
  await world.tables.changeState(`ways|${forSweep}`, { dueAt: Date.now() - DISTANT_MS, dueShard: undefined })
}

/** A deploy has taken its time in between. */
async function found(world: World): Promise<void> {
  await world.eventually(isWritten(world, forTick))
  await world.eventually(isWritten(world, forSweep))
}

export const clocks: Part = {
  name: 'tick and sweep',
  after: async (world, stage) => {
    if (stage === 'first') return prepare(world)
    if (stage === 'raised') await found(world)
  },
  judge: async (world) => {
    const distant = (await world.tables.jobs()).filter(({ pk }) => /\|for-(tick|sweep)$/.test(pk))
    world.explained.push(...distant)
  },
}
