/** Jobs of one batch share a process: whichever of them kills it, the others spend nothing. */
import type { SQSRecord } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { handleBatch } from '../../../lib/lambda/batch.ts'
import { execute } from '../../../lib/use-cases/attempt/execute.ts'
import { configOf, jobItem } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const RETRY = { attempts: 2, backoff: 1000, jitter: 0 }
const never = () => new Promise<never>(() => {})

/** Workers of one process begin with these messages, and die with it. */
async function die(world: World, shared: boolean): Promise<void> {
  for (const message of world.takeWork())
    void execute(
      world.context,
      message,
      { remaining_ms: () => 60_000, redelivered: false, ...(shared ? { shared } : {}) },
      never,
    )
  await new Promise((resolve) => setImmediate(resolve))
  world.now += 120_000
  await world.pass()
}

describe('when a process dies', () => {
  test('that ran several jobs, each is tried again alone, with no attempt spent', async () => {
    const world = new World(configOf({ concurrency: 3, retry: RETRY }))
    world.put(...['a', 'b', 'c'].map((id) => jobItem({ id })))
    await world.stream()
    await die(world, true)
    expect(world.jobs.map(({ attempt, alone }) => [attempt, alone])).toEqual([
      [undefined, true],
      [undefined, true],
      [undefined, true],
    ])
    world.now += 1000
    await world.pass()
    expect(world.takeWork().map(({ alone }) => alone)).toEqual([true, true, true])
  })

  test('that ran one job alone, its attempt is spent', async () => {
    const world = new World(configOf({ concurrency: 1, timeout: '10s', retry: RETRY }))
    world.put({ ...jobItem({ id: 'a' }), alone: true })
    await world.stream()
    await die(world, false)
    expect(world.jobs).toMatchObject([{ attempt: 2, alone: true }])
    world.now += 1000
    await world.pass()
    await die(world, false)
    expect(world.dead).toMatchObject([{ reason: 'exhausted' }])
  })
})

test('a job that is to run alone is not taken over by a process that runs others', async () => {
  const world = new World(configOf({ concurrency: 1, timeout: '10s' }))
  world.put(jobItem({ id: 'a' }), { ...jobItem({ id: 'b' }), alone: true })
  await world.stream()
  const [message] = world.takeWork()
  const ran: string[] = []
  const run = async ({ id }: { readonly id: string }) => {
    ran.push(id)
    return { kind: 'succeeded' } as const
  }
  const invocation = { remaining_ms: () => 900_000, redelivered: false, shared: true } as const
  if (message) await execute(world.context, message, invocation, run)
  expect(ran).toEqual(['a'])
  expect(world.takeWork()).toMatchObject([{ alone: true }])
})

test('a job that is to run alone, and has waited too long for that, goes back unspent', async () => {
  const world = new World(configOf({ concurrency: 1, timeout: '10s' }))
  world.put({ ...jobItem({ id: 'a' }), alone: true })
  await world.stream()
  world.remaining_ms = 5000
  for (const message of world.takeWork()) await world.work(message)
  expect(world.ran).toEqual([])
  world.remaining_ms = 60_000
  await world.settle()
  expect(world.attempts).toMatchObject([{ id: 'a', attempt: 1 }])
})

test('of a batch, those that are to run alone come after the others, one after the other', async () => {
  const record = (id: string, alone?: true): SQSRecord =>
    ({
      messageId: id,
      body: JSON.stringify({ pk: 'crm|a', sk: `5#2030-01-31T09:00:00.000Z#${id}`, token: 't', alone }),
    }) as SQSRecord
  const events: string[] = []
  const response = await handleBatch(
    [record('x', true), record('a'), record('y', true), record('b')],
    async ({ messageId }, shared) => {
      events.push(`${messageId} begins${shared ? ' with others' : ''}`)
      await new Promise((resolve) => setImmediate(resolve))
      events.push(`${messageId} ends`)
      if (messageId === 'y' || messageId === 'b') throw new Error('no')
    },
  )
  expect(events).toEqual([
    'a begins with others',
    'b begins with others',
    'a ends',
    'b ends',
    'x begins',
    'x ends',
    'y begins',
    'y ends',
  ])
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'y' }] })
})
