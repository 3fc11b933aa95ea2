/** While a deploy rolls: what one version does not know is left to another, and what is replaced decides nothing. */
import { describe, expect, test } from 'vitest'
import { type Config, defineConfig } from '../../../lib/core/queue/config.ts'
import { asShard, configOf, jobItem, NOW, SHARD } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const DAY_MS = 86_400_000
const plain = defineConfig({ queues: { crm: { concurrency: 1 } } })
const partitioned = configOf({ concurrency: 1 })
const withMail = defineConfig({
  queues: { crm: { partition: { payload: 'customer' } }, mail: { concurrency: 1 } },
})
const mail = jobItem({ id: 'm', pk: asShard('mail') })
const deploy = (world: World, config: Config): void => void Object.assign(world.context, { config })

/** As the sweep does while jobs stand in the shard. */
async function visitHourly(world: World, hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour++) {
    world.now += 3_600_000
    await world.pass(asShard('mail'))
  }
}

describe('a queue that is not in the configuration', () => {
  test('keeps its jobs for a newer function, which runs them', async () => {
    const world = new World(partitioned)
    world.put(mail)
    await world.settle()
    expect([world.jobs, world.dead]).toEqual([[mail], []])
    deploy(world, withMail)
    await world.live(30_000)
    expect(world.ran).toEqual(['m'])
    expect(world.state(asShard('mail')).strandedSince).toBeUndefined()
  })

  test('is a mistake after a day, and says so in the dead letters', async () => {
    const world = new World(partitioned)
    world.put(mail)
    await world.settle()
    await visitHourly(world, 23)
    expect(world.dead).toEqual([])
    await visitHourly(world, 1)
    expect(world.jobs).toEqual([])
    expect(world.dead).toMatchObject([
      { reason: 'refused', error: expect.stringContaining('there is no queue "mail"') },
    ])
  })

  test('counts the day anew for jobs that come to a shard that was empty meanwhile', async () => {
    const world = new World(partitioned)
    world.put(mail)
    await world.settle()
    world.tables.jobs.clear()
    world.now += 2 * DAY_MS
    world.put(jobItem({ id: 'later', pk: asShard('mail') }))
    await world.settle()
    await visitHourly(world, 23)
    expect([world.jobs.length, world.dead]).toEqual([1, []])
    await visitHourly(world, 1)
    expect(world.dead).toHaveLength(1)
  })

  test('keeps an override that somebody has written for it', async () => {
    const world = new World(partitioned)
    world.put(mail)
    await world.settle()
    expect(world.state(asShard('mail')).expiresAt).toBeDefined()
    const state = world.state(asShard('mail'))
    world.tables.states.set('mail', { ...state, override: { concurrency: 1 } })
    await world.pass(asShard('mail'))
    expect(world.state(asShard('mail'))).toMatchObject({ override: { concurrency: 1 } })
    expect(world.state(asShard('mail')).expiresAt).toBeUndefined()
  })

  test('and was in it keeps its jobs for as long as it takes, and runs them when it is back', async () => {
    const world = new World(withMail)
    world.handler = async () => ({ kind: 'succeeded' })
    world.put({ ...mail, sk: mail.sk.replace(':00.000Z', ':10.000Z') })
    await world.stream()
    deploy(world, partitioned)
    for (let day = 0; day < 10; day++) {
      world.now += DAY_MS
      await world.pass(asShard('mail'))
    }
    expect([world.jobs.length, world.dead]).toEqual([1, []])
    expect(world.state(asShard('mail')).expiresAt).toBeUndefined()
    deploy(world, withMail)
    await world.pass(asShard('mail'))
    await world.settle()
    expect(world.ran).toEqual(['m'])
  })

  test('gets its slot back from a job that a worker cannot run any more', async () => {
    const world = new World(withMail)
    world.put(mail)
    await world.stream()
    deploy(world, partitioned)
    for (const message of world.takeWork()) await world.work(message)
    expect([world.inFlight, world.ran, world.jobs.length, world.dead]).toEqual([[], [], 1, []])
    deploy(world, withMail)
    await world.live(60_000)
    expect(world.ran).toEqual(['m'])
  })
})

test('a queue that gets a partition rule keeps the jobs that were put without', async () => {
  const world = new World(plain)
  world.put(...['a', 'b'].map((id) => jobItem({ id, pk: asShard('crm') })))
  await world.stream()
  const messages = world.takeWork()
  deploy(world, partitioned)
  for (const message of messages) await world.work(message)
  await world.settle()
  expect([world.ran, world.dead, world.jobs.length]).toEqual([[], [], 2])
  deploy(world, plain)
  await world.live(60_000)
  expect(world.ran).toEqual(['a', 'b'])
})

describe('a task that the worker does not know', () => {
  const unknown = { kind: 'unknown', reason: 'there is no task "sync-v2"' } as const

  test('comes back with nothing spent, soon and then less often, until a newer worker knows it', async () => {
    const world = new World(configOf({ concurrency: 1, retry: { attempts: 1 } }))
    let known = false
    world.handler = async () => (known ? { kind: 'succeeded' } : unknown)
    world.put(jobItem({ id: 'j' }))
    await world.live(3_600_000)
    const waits = world.attempts.slice(1).map(({ at }, n) => at - (world.attempts[n]?.at ?? 0))
    expect(waits[0]).toBe(5000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(901_000)
    expect(waits.length).toBeLessThan(30)
    known = true
    await world.live(1_000_000)
    expect(new Set(world.attempts.map(({ attempt }) => attempt))).toEqual(new Set([1]))
    expect([world.jobs, world.dead]).toEqual([[], []])
  })

  test('is a mistake after a day', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    world.handler = async () => unknown
    world.put(jobItem({ id: 'j' }))
    await world.live(DAY_MS + 1_000_000)
    expect(world.jobs).toEqual([])
    expect(world.dead).toMatchObject([
      { reason: 'refused', error: expect.stringContaining('no task "sync-v2"') },
    ])
  })

  test('does not carry the time of that into its attempts', async () => {
    const world = new World(configOf({ concurrency: 1, retry: { attempts: 2, backoff: 1000, jitter: 0 } }))
    world.handler = async () => (world.attempts.length === 1 ? unknown : { kind: 'failed', error: 'no' })
    world.put(jobItem({ id: 'j' }))
    await world.live(5500)
    expect(world.jobs).toMatchObject([{ attempt: 2 }])
    expect(world.jobs[0]).not.toHaveProperty('unknownSince')
  })
})

describe('a function whose configuration was replaced', () => {
  test('claims nothing, and leaves a wake-up for a newer one', async () => {
    const world = new World(configOf({ concurrency: 5 }))
    world.isReplaced = true
    world.put(jobItem({ id: 'a' }))
    await world.stream()
    expect([world.inFlight, world.takeWork()]).toEqual([[], []])
    world.isReplaced = false
    await world.live(5000)
    expect(world.ran).toEqual(['a'])
  })

  test('hands nothing on, but frees its slot', async () => {
    const world = new World(configOf({ concurrency: 1 }))
    world.remaining_ms = 900_000
    world.put(jobItem({ id: 'a' }), jobItem({ id: 'b' }))
    world.handler = async () => {
      world.isReplaced = true
      return { kind: 'succeeded' }
    }
    await world.stream()
    for (const message of world.takeWork()) await world.work(message)
    expect([world.ran, world.inFlight]).toEqual([['a'], []])
    expect(world.nextWake).toBe(NOW + 5000)
    expect(world.state(SHARD).waiting).toBe(true)
  })
})
