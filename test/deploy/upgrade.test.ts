/**
 * From the last release to the working tree, under load: a change that fails and is rolled back, the change, back to the
 * release by hand, and the change again. What the release wrote is read. See README.md.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import type { Client } from '../../lib/index.ts'
import { CONCURRENCY, DECLARED, PERIOD_MS, STARTS, WIDE } from './app/config.ts'
import type { Stage } from './app/stages.ts'
import { rates, slots, ticks, ways, wide } from './app/tasks.ts'
import { Load } from './load.ts'
import { missingRelease, RELEASE, unpackRelease } from './release.ts'
import { expectAllRan, expectNothingLeft, expectNothingRefused, inSteps } from './steps.ts'
import { pace } from './targets/pace.ts'
import { findTarget } from './targets/target.ts'
import { wayBack } from './way-back.ts'
import type { World } from './world.ts'

const target = await findTarget()
const missing = target.ok ? await missingRelease() : target.missing
if (missing) console.warn(`The upgrade from ${RELEASE.name} is not tested: ${missing}`)
/** Enough for any backlog to show whether it moves. */
const CALLS = 15
const LOADED = [
  ['slots', 'acme'],
  ['rates', 'acme'],
  ['wide', 'all'],
] as const
const HELD = { customer: 'held', jobs: 4 }
let world: World
let release: string
const loads: Load[] = []
/** What IAM has refused since the release was being brought back. */
const excused: string[] = []

const steps = inSteps(missing ? { ok: false, missing } : target, async (started) => {
  world = started
  release = await unpackRelease(world.directory)
})

/** After that no job runs any more that both versions together have claimed. */
const DRAIN_MS = 5000

/**
 * While the release, which divides a limit among shards, and a version that lends it are both at work, they may exceed it
 * together (docs/RELIABILITY.md, "Known limits"). Limits of one shard hold all the time.
 */
async function deploy(stage: Stage, sources?: string) {
  world.witness.limit('wide', {})
  const outcome = await world.deploy(stage, sources)
  await sleep(DRAIN_MS)
  world.witness.limit('wide', { concurrency: WIDE.raised })
  return outcome
}

/** Jobs go on, each limit holds, and whoever is held is held. */
async function goesOn(): Promise<void> {
  const { witness } = world
  const since = Date.now()
  const doneSince = ([queue, customer]: (typeof LOADED)[number]) =>
    witness.of(queue, customer).filter(({ at, endedAt }) => at >= since && endedAt !== undefined).length
  await witness.until(() => LOADED.every((each) => doneSince(each) >= CALLS))
  expect(witness.refusals()).toEqual([])
}

const isHeld = () => expect(world.witness.of('wide', HELD.customer)).toEqual([])

/** The release's own client, as its users have it. */
async function releasedClient(): Promise<Client> {
  const { createClient } = (await import(join(release, 'lib/index.ts'))) as {
    createClient: (wiring: World['wiring']) => Client
  }
  return createClient(world.wiring)
}

describe(`from ${RELEASE.name} to the working tree`, () => {
  steps('bootstrap', async () => expect(await world.bootstrap()).toEqual({ ok: true }))

  steps('the release is deployed, with a partition that is spread over shards', async () => {
    world.witness.limit('slots', { concurrency: CONCURRENCY.raised })
    world.witness.limit('rates', {
      concurrency: 3,
      starts: { allowed: STARTS.raised, period_ms: PERIOD_MS },
    })
    expect(await deploy('raised', release)).toEqual({ ok: true })
    loads.push(new Load(world, slots, 'acme', 300))
    loads.push(new Load(world, rates, 'acme', 50))
    loads.push(new Load(world, wide, 'all', 1000))
    await goesOn()
  })

  steps('a customer is paused, a job is delayed, and another becomes a dead letter', async () => {
    await (await releasedClient()).setLimits('wide', HELD.customer, { concurrency: 0 })
    await world.enqueue(wide, named(HELD.customer, HELD.jobs))
    await world.enqueue(ways, named('delayed', 1), { runAt: Date.now() + 1.5 * pace.deploy_ms })
    await world.client.enqueueMany(ways, [{ payload: { customer: 'letters', name: 'never', fails: 99 } }])
    await world.eventually(async () => (await world.tables.history()).length === 1)
  })

  steps('the change fails, and CloudFormation brings the release back', async () => {
    const outcome = await wayBack(world, excused, () => deploy('failed'))
    expect(outcome).toMatchObject({ output: expect.stringContaining('UPDATE_ROLLBACK_COMPLET') })
    await goesOn()
    isHeld()
  })

  steps('the change', async () => {
    expect(await deploy('raised')).toEqual({ ok: true })
    await goesOn()
    isHeld()
  })

  steps('what the release wrote is read: the pause, the dead letter', async () => {
    const letters = await Array.fromAsync(world.client.deadLetters('ways'))
    expect(letters.map(({ reason }) => reason)).toEqual(['exhausted'])
    world.explained.push(...letters)
    await world.client.setLimits('wide', HELD.customer, null)
    await world.witness.until(() => world.witness.done('wide', HELD.customer).length >= HELD.jobs)
  })

  steps('back to the release by hand, and the change again', async () => {
    expect(await wayBack(world, excused, () => deploy('raised', release))).toEqual({ ok: true })
    await goesOn()
    expect(await deploy('raised')).toEqual({ ok: true })
    await goesOn()
  })

  steps('a schedule that the change has brought ticks until somebody pauses it', async () => {
    await world.witness.until(() => world.witness.done('ticks', DECLARED).length > 0)
    await world.client.pauseSchedule(ticks, DECLARED, { by: 'ann', reason: 'the test is over' })
  })

  steps('every job that was accepted runs, once, and nothing is left over', async () => {
    await Promise.all(loads.map((load) => load.stop()))
    await expectAllRan(world)
    expect(world.witness.refusals()).toEqual([])
    await expectNothingLeft(world)
    await expectNothingRefused(world, excused)
    expect(await world.destroy()).toEqual({ ok: true })
    await world.cleanUp()
  })
})

const named = (customer: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({ customer, name: `job-${n}` }))
