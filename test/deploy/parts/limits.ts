/**
 * Limits that deploys raise and lower while jobs run. The service raises its own before a deploy begins, and lowers it
 * in the moment in which the deploy, or its roll-back, is through: it must refuse nothing, ever.
 */
import { expect } from 'vitest'
import { CONCURRENCY, PERIOD_MS, STARTS, WIDE } from '../app/config.ts'
import { inForce, isFailing, type Stage } from '../app/stages.ts'
import { rates, slots, wide } from '../app/tasks.ts'
import { Load } from '../load.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

/** Enough for any backlog to show whether it moves. */
const CALLS = 15
const loads: Load[] = []

const CUSTOMERS = [
  ['slots', 'acme'],
  ['rates', 'acme'],
  ['wide', 'all'],
] as const

const isRaising = (stage: Stage): boolean => stage === 'raised' || isFailing(stage)

function limitService({ witness }: World, stage: Stage): void {
  witness.limit('slots', { concurrency: CONCURRENCY[stage] })
  witness.limit('rates', { concurrency: 3, starts: { allowed: STARTS[stage], period_ms: PERIOD_MS } })
  witness.limit('wide', { concurrency: WIDE[stage] })
}

function startLoads(world: World): void {
  loads.push(new Load(world, slots, 'acme', 300))
  loads.push(new Load(world, rates, 'acme', 50))
  loads.push(new Load(world, wide, 'all', 1000))
}

/** Jobs go on, and a raised limit is used. */
async function goesOn({ witness }: World, stage: Stage): Promise<void> {
  const since = Date.now()
  const doneSince = (queue: string, customer: string) =>
    witness.of(queue, customer).filter(({ at, endedAt }) => at >= since && endedAt !== undefined).length
  await witness.until(() => CUSTOMERS.every(([queue, customer]) => doneSince(queue, customer) >= CALLS))
  if (stage !== 'raised') return
  await witness.until(
    () =>
      witness.highestConcurrency('slots', 'acme', since) > CONCURRENCY.first &&
      witness.highestConcurrency('wide', 'all', since) > WIDE.first &&
      witness.busiestWindow('rates', 'acme', PERIOD_MS, since) > STARTS.first,
  )
}

export const limits: Part = {
  name: 'limits raised and lowered under load',
  before: (world, stage) => {
    if (isRaising(stage)) limitService(world, stage)
  },
  through: (world, stage) => limitService(world, inForce(stage)),
  after: async (world, stage) => {
    if (stage === 'first') startLoads(world)
    await goesOn(world, stage)
    expect(world.witness.refusals()).toEqual([])
  },
  end: async () => {
    await Promise.all(loads.map((load) => load.stop()))
  },
  judge: async ({ witness }) => expect(witness.refusals()).toEqual([]),
}
