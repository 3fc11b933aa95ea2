/**
 * Schedules that tick through every deploy, each of which spreads them over other partitions: one that a client has made, of which
 * no tick may be lost or doubled, and one that the configuration declares, changes, removes and declares again.
 */
import { expect } from 'vitest'
import { DECLARED, isDeclared } from '../app/config.ts'
import { inForce, type Stage } from '../app/stages.ts'
import { ticks } from '../app/tasks.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

const MADE = 'made'
const EVERY_MS = 2000
const note = { by: 'ann', reason: 'the test is over' }

const make = ({ client }: World) =>
  client.schedule(ticks, MADE, { every: EVERY_MS }, { customer: MADE, name: MADE }, { missed: 'all' })

/** All of these ticks have come from now on. */
async function goesOn({ witness }: World, names: readonly string[]): Promise<void> {
  const since = Date.now()
  const ticked = (name: string) =>
    witness.of('ticks').some((call) => call.at >= since && call.name.startsWith(`${name}@`))
  await witness.until(() => names.every(ticked))
}

/** Whatever a deploy that has failed had declared. */
const isGone = (world: World) => async () => (await world.client.getSchedule(ticks, DECLARED)) === undefined

/** When each tick is due by its rule, in the order in which the service has seen them. */
const timesOf = ({ witness }: World, customer: string): number[] =>
  witness.done('ticks', customer).map((name) => Date.parse(name.split('@')[1] ?? ''))

export const schedules: Part = {
  name: 'schedules that tick on while they are spread anew',
  after: async (world, stage: Stage) => {
    if (stage === 'first') await make(world)
    const declared = inForce(stage)
    if (!isDeclared(declared)) await world.eventually(isGone(world))
    await goesOn(world, [MADE, ...(isDeclared(declared) ? [declared] : [])])
  },
  end: async ({ client }) => {
    expect(await client.unschedule(ticks, MADE, { force: true })).toBe(true)
    // It is the configuration's, so it stays.
    expect(await client.pauseSchedule(ticks, DECLARED, note)).toMatchObject({ state: 'paused' })
  },
  judge: async (world) => {
    const made = timesOf(world, MADE).toSorted((a, b) => a - b)
    const [first = 0] = made
    expect(made).toEqual(made.map((_, index) => first + index * EVERY_MS))
    const declared = timesOf(world, DECLARED)
    expect(new Set(declared).size).toBe(declared.length)
    console.info(`${made.length + declared.length} ticks`)
  },
}
