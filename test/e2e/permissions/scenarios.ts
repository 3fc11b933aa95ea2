/** What happens in a running stack, each scenario by itself, so that it is known what needs which right. */
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { whyText } from '../../../lib/index.ts'
import { light, patient, serial, sized } from '../app/tasks.ts'
import type { World } from '../setup.ts'

const LARGE = 'x'.repeat(40_000)
const customerOf = (name: string): string => name.replaceAll(/\W+/g, '-')
const ended = (world: World, customer: string, jobs: number): Promise<void> =>
  world.recorder.until(() => world.recorder.ended(customer).length >= jobs)
const now = (): string => new Date().toISOString()

/** A raw put of a job whose payload is kept for so many days. */
async function putKept(world: World, shard: string, payload: object, days: number): Promise<void> {
  const text = JSON.stringify(payload)
  const payloadKey = `${days}d/${createHash('sha256').update(text).digest('hex')}`
  await world.putObject(payloadKey, text)
  await world.rawPut({ pk: shard, sk: `5#${now()}#kept-${days}d`, task: 'serial', payloadKey })
}

const event = (world: World, detail: object) =>
  world.putEvent('test', 'sluice.enqueue', { queue: 'serial', task: 'serial', ...detail })

type Scenario = (world: World, customer: string) => Promise<unknown>

const OF_FUNCTIONS = {
  /** The world has just been started. */
  'a deploy': async () => {},
  'a job': async (world, customer) => {
    await world.client.enqueue(serial, { customer, name: 'one' })
    await ended(world, customer, 1)
  },
  'a job behind another': async (world, customer) => {
    for (const name of ['first', 'second'])
      await world.client.enqueue(serial, { customer, name, takes_ms: 500 })
    await ended(world, customer, 2)
  },
  /** Longer than a worker goes on with one shard. */
  'a long chain': async (world, customer) => {
    const payload = { customer, name: 'link', takes_ms: 1000 }
    const jobs = Array.from({ length: 9 }, () => ({ payload }))
    await world.client.enqueueMany(serial, jobs)
    await ended(world, customer, jobs.length)
  },
  'an attempt that fails': async (world, customer) => {
    await world.client.enqueue(serial, { customer, name: 'fails', fails: 1 })
    await ended(world, customer, 2)
  },
  'a last attempt that fails': async (world, customer) => {
    await world.client.enqueue(serial, { customer, name: 'fails', fails: 99 })
    await ended(world, customer, 2)
  },
  'a service that asks for time': async (world, customer) => {
    world.recorder.askForTime(customer, 3)
    await world.client.enqueue(serial, { customer, name: 'asks' })
    await ended(world, customer, 1)
  },
  'a malformed item': (world, customer) => world.rawPut({ pk: `serial|${customer}`, sk: 'hello' }),
  'a malformed item that counts': (world, customer) =>
    world.rawPut({ pk: `sized|${customer}`, sk: 'hello', countedIn: { queue: 0 } }),
  'a job that counts': async (world, customer) => {
    await world.client.enqueue(sized, { customer, name: 'one' })
    await ended(world, customer, 1)
  },
  'an event that counts': async (world, customer) => {
    await event(world, { queue: 'sized', task: 'sized', payload: { customer, name: 'event' } })
    await ended(world, customer, 1)
  },
  'a delayed job': async (world, customer) => {
    await world.client.enqueue(serial, { customer, name: 'delayed' }, { delay: '3s' })
    await ended(world, customer, 1)
  },
  /** The dispatcher that comes for the second job, after the first one's deadline, sees to both. */
  'a process that dies': async (world, customer) => {
    await world.client.enqueue(serial, { customer, name: 'crash', crashes: true })
    await world.client.enqueue(serial, { customer, name: 'later' }, { delay: '24s' })
    await ended(world, customer, 2)
  },
  'an event': async (world, customer) => {
    await event(world, { payload: { customer, name: 'event' } })
    await ended(world, customer, 1)
  },
  'an event that is refused': (world) => event(world, { payload: { name: 'no customer' } }),
  'events that are debounced': async (world, customer) => {
    for (const name of ['one', 'two'])
      await event(world, { payload: { customer, name }, debounce: { key: customer, wait: '5s' } })
    await ended(world, customer, 1)
  },
  'events that are unique': async (world, customer) => {
    for (const [index, name] of ['one', 'two'].entries()) {
      await event(world, { payload: { customer, name }, unique: { key: customer } })
      await ended(world, customer, index + 1)
      await world.untilEmpty(`serial|${customer}`)
    }
  },
  /** The second is due when the first one's object would be gone. */
  'large events': async (world, customer) => {
    await event(world, { payload: { customer, name: 'event', text: LARGE } })
    await event(world, { payload: { customer, name: 'later', text: LARGE }, delay: '40d' })
    await ended(world, customer, 1)
  },
  'a large payload that is old': async (world, customer) => {
    for (const days of [90, 400])
      await putKept(world, `serial|${customer}`, { customer, name: `${days}d`, text: LARGE }, days)
    await ended(world, customer, 2)
  },
  'a tick': (world) => world.cloud.fire('JobsTickRule'),
  /** No state item accounts for the job of a queue that nobody knows. */
  'a sweep': async (world) => {
    await world.rawPut({ pk: 'unheard-of|all', sk: `5#${now()}#left`, task: 'serial', payload: {} })
    await world.cloud.fire('JobsSweepRule')
  },
  'a sweep that goes on where one has stopped': async (world) => {
    await world.rawPut({ pk: '$sweep', jobs: 'serial|nobody' }, 'StateTableName')
    await world.cloud.fire('JobsSweepRule')
  },
} satisfies Record<string, Scenario>

const OF_CLIENTS = {
  enqueue: (world, customer) => world.clientAs('Enqueuer').enqueue(serial, { customer, name: 'one' }),
  enqueueMany: (world, customer) =>
    world
      .clientAs('Enqueuer')
      .enqueueMany(serial, [{ payload: { customer, name: 'one' } }, { payload: { customer, name: 'two' } }]),
  'enqueue, large': async (world, customer) => {
    const payload = { customer, name: 'large', text: LARGE }
    for (const delay of ['0s', '40d'] as const)
      await world.clientAs('Enqueuer').enqueue(serial, payload, { delay })
  },
  'enqueue, once': async (world, customer) => {
    const enqueuer = world.clientAs('Enqueuer')
    for (const name of ['one', 'two'])
      await enqueuer.enqueue(serial, { customer, name }, { idempotencyKey: customer })
  },
  'enqueue, unique': async (world, customer) => {
    const enqueuer = world.clientAs('Enqueuer')
    for (const name of ['one', 'two'])
      await enqueuer.enqueue(serial, { customer, name }, { unique: { key: customer }, delay: '1h' })
  },
  'enqueue where it may be full': (world, customer) =>
    world.clientAs('Enqueuer').enqueue(sized, { customer, name: 'one' }),
  /** A part that the queue's number had when the limit was higher. */
  'enqueue where the limit was lowered': async (world, customer) => {
    const part = { pk: '$size|sized', sk: '15' }
    await world.rawPut({ ...part, jobs: 1 }, 'HistoryTableName')
    await world.clientAs('Enqueuer').enqueue(sized, { customer, name: 'one' })
    await world.rawPut({ ...part, jobs: 0 }, 'HistoryTableName')
  },
  /** Whoever moves may also say how full it may be. */
  'moveJobs where it may be full': async (world, customer) => {
    const full = { queue: 'sized', partition: customer } as const
    await world.adminAs('Manager').setMaxQueueSize(full, 0, { by: 'a test', reason: 'they run wild' })
    const refused = world.client.enqueue(sized, { customer, name: 'one' })
    await expect(refused).rejects.toThrow(/as a test has set it \(they run wild\)/)
    await world.rawPut({
      pk: 'gone|all',
      sk: `5#${now()}#counts`,
      task: 'sized',
      payload: { customer, name: 'moved' },
    })
    await world.clientAs('Manager').moveJobs('gone', { to: 'sized' })
    await world.adminAs('Manager').setMaxQueueSize(full, null)
    await ended(world, customer, 1)
  },
  'enqueue, debounced': async (world, customer) => {
    const replacer = world.clientAs('Replacer')
    const enqueue = (name: string, wait: '1s' | '1h') =>
      replacer.enqueue(serial, { customer, name }, { debounce: { key: customer, wait } })
    expect(await enqueue('one', '1h')).not.toHaveProperty('existing')
    expect(await enqueue('two', '1s')).toMatchObject({ replaced: true })
    await ended(world, customer, 1)
    await world.untilEmpty(`serial|${customer}`)
    expect(await enqueue('three', '1s')).not.toHaveProperty('existing')
  },
  /** A part that the queue's number had when the limit was higher is looked at as well. */
  'enqueue, debounced where it may be full': async (world, customer) => {
    const part = { pk: '$size|sized', sk: '15' }
    await world.rawPut({ ...part, jobs: 1 }, 'HistoryTableName')
    const enqueue = (name: string) =>
      world
        .clientAs('Replacer')
        .enqueue(sized, { customer, name }, { debounce: { key: customer, wait: '1s' } })
    await enqueue('one')
    await world.rawPut({ ...part, jobs: 0 }, 'HistoryTableName')
    await enqueue('two')
    await ended(world, customer, 1)
  },
  setLimits: async (world, customer) => {
    await world.clientAs('Manager').setLimits('serial', customer, { concurrency: 0 })
    await world.clientAs('Manager').setLimits('serial', customer, null)
  },
  setAppRate: async (world, customer) => {
    await world.rawPut({ pk: `derived|${customer}`, sk: `5#${now()}#one`, task: 'serial', payload: {} })
    await world.clientAs('Manager').setAppRate('hubspot', { rate: 40, frequency_s: 10 })
  },
  cancel: async (world, customer) => {
    const manager = world.clientAs('Manager')
    const runs = await world.client.enqueue(patient, { customer, name: 'runs', takes_ms: 3000 })
    const waits = await world.client.enqueue(patient, { customer, name: 'waits' }, { delay: '1h' })
    await world.recorder.until(() => world.recorder.started(customer).length === 1)
    const by = { by: 'a test' }
    expect(await manager.cancel(runs, by)).toMatchObject({ kind: 'cancelling' })
    expect(await manager.cancel(waits, by)).toMatchObject({ kind: 'cancelled' })
    await ended(world, customer, 1)
  },
  'why, of a job that waits for a unit, of the tag and of the queue': async (world, customer) => {
    const enqueue = (name: string, takes_ms: number) =>
      world.client.enqueue(light, { customer, name, takes_ms }, { tags: { user: customer } })
    await enqueue('runs', 3000)
    await world.recorder.until(() => world.recorder.started(customer).length === 1)
    const manager = world.clientAs('Manager')
    const why = await manager.why(await enqueue('waits', 20))
    const full = whyText(await manager.why({ tag: 'user', each: customer }))
    expect(full).toMatch(/^each user=\S+ 1\/1, job \S+ of light\|\S+ free by \S+ at the latest;/)
    expect(whyText(await manager.why({ queue: 'sized' }))).toMatch(/^nothing holds all of it; /)
    expect(whyText(await manager.why({ queue: 'light' }))).toMatch(/^pool api \d\/5: nothing holds/)
    expect(whyText(why)).toMatch(/each user=\S+ 1\/1, job \S+ of light\|\S+ free by \S+ at the latest$/)
    await ended(world, customer, 2)
  },
  redrive: async (world, customer) => {
    await world.client.enqueue(serial, { customer, name: 'fails', fails: 2 })
    await ended(world, customer, 2)
    await world.deadLetters('serial', 1)
    await world.clientAs('Manager').redrive('serial')
  },
  'redrive of a unique job': async (world, customer) => {
    await world.client.enqueue(serial, { customer, name: 'fails', fails: 2 }, { unique: { key: customer } })
    await ended(world, customer, 2)
    await world.untilEmpty(`serial|${customer}`)
    // Letters of other scenarios are there, too.
    const where = (letter: object) => JSON.stringify(letter).includes(customer)
    expect(await world.clientAs('Manager').redrive('serial', { where })).toEqual({ redriven: 1, skipped: [] })
  },
  strandedJobs: (world) => Array.fromAsync(world.clientAs('Manager').strandedJobs()),
  moveJobs: async (world, customer) => {
    for (const days of [90, 400])
      await putKept(world, `gone|${customer}`, { customer, name: `${days}d`, text: LARGE }, days)
    await world.clientAs('Manager').moveJobs('gone', { to: 'serial' })
    await ended(world, customer, 2)
  },
  'moveJobs to the dead letters': async (world) => {
    await world.rawPut({ pk: 'gone|all', sk: `5#${now()}#left`, task: 'serial', payload: {} })
    await world.clientAs('Manager').moveJobs('gone', { to: 'dead-letters', by: 'a test' })
  },
} satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof OF_FUNCTIONS | keyof typeof OF_CLIENTS

const scenarios: Readonly<Record<ScenarioName, Scenario>> = { ...OF_FUNCTIONS, ...OF_CLIENTS }

/** In this order. */
export const SCENARIOS = Object.entries(scenarios).map(([name, run]) => ({
  name: name as ScenarioName,
  run: (world: World) => run(world, customerOf(name)),
}))
