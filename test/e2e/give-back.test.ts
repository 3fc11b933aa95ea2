/**
 * A handler has its whole time, or it is not called: a claim in an invocation that will end too soon is not made, or goes back with
 * nothing spent, and the job runs in another invocation. The worker has 13 s; a job of this queue needs 11 s of them.
 */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { patient } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
const invocations: string[] = []
beforeAll(async () => {
  world = await World.watched()
  world.cloud.on('start', ({ logicalId, payload }) => {
    if (logicalId.startsWith('JobsWorker')) invocations.push(payload)
  })
})
afterAll(() => world?.stop())

/** So slow a call leaves too little of the 13 s, and is answered before the worker sends it again. */
const TOO_LONG_MS = 2500

/** The next write of a worker to the state of the customer's shard takes that long. */
const slowDownWriteFor = (customer: string): void =>
  world.delays.add(
    TOO_LONG_MS,
    ({ caller, action, key }) =>
      caller.startsWith('JobsWorker') && action === 'dynamodb:UpdateItem' && key === `patient|${customer}`,
  )

/** All of them wait before the first is claimed. */
async function enqueue(customer: string, names: readonly string[], takes_ms: number): Promise<void> {
  await world.client.setLimits('patient', customer, { concurrency: 0 })
  await world.client.enqueueMany(
    patient,
    names.map((name) => ({ payload: { customer, name, takes_ms } })),
  )
  await world.client.setLimits('patient', customer, null)
}

/** What has started, in which attempt; and whether the customer's messages have made more than one invocation. */
async function untilRan(customer: string, names: readonly string[]) {
  await world.recorder.until(() => world.recorder.ended(customer).length >= names.length)
  await world.untilEmpty(`patient|${customer}`)
  const starts = world.recorder.of(customer).filter(({ what }) => what === 'start')
  return {
    starts: starts.map(({ name, attempt }) => `${name} ${attempt}`),
    inOthers: invocations.filter((payload) => payload.includes(`patient|${customer}`)).length > 1,
  }
}

describe.concurrent('in an invocation that is about to end', () => {
  it('no job is claimed that would not have its time', async ({ expect }) => {
    await enqueue('not-taken', ['one', 'two'], TOO_LONG_MS)
    const ran = await untilRan('not-taken', ['one', 'two'])
    expect(ran).toEqual({ starts: ['one 1', 'two 1'], inOthers: true })
  })

  it('a claim goes back whose start took too long', async ({ expect }) => {
    slowDownWriteFor('slow-start')
    await enqueue('slow-start', ['one'], 20)
    expect(await untilRan('slow-start', ['one'])).toEqual({ starts: ['one 1'], inOthers: true })
  })

  it('a claim of its own goes back, too', async ({ expect }) => {
    await enqueue('slow-claim', ['one', 'two'], 500)
    await world.recorder.until(() => world.recorder.started('slow-claim').length === 1)
    slowDownWriteFor('slow-claim')
    expect(await untilRan('slow-claim', ['one', 'two'])).toEqual({
      starts: ['one 1', 'two 1'],
      inOthers: true,
    })
  })
})
