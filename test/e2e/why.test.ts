/** Jobs that do not run say why, by a client that reads the tables of a stack at work. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitText, whyText } from '../../lib/index.ts'
import { light, limited, patient, serial } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

/** A dead one is remembered just after it is gone. Looks again whenever a function has run. */
async function untilEnded(job: { pk: string; sk: string }) {
  for (;;) {
    const ran = world.cloud.next('invocation')
    const why = await world.client.why(job)
    if (why.kind === 'ended') return why
    await ran
  }
}

const NOTE = { by: 'ann', reason: 'their backup' }

describe.concurrent('why a job does not run', () => {
  it('because another has the only slot', async () => {
    const customer = 'slots'
    const long = await world.client.enqueue(
      serial,
      { customer, name: 'long', takes_ms: 3500 },
      { id: 'long' },
    )
    await world.recorder.until(() => world.recorder.started(customer).length > 0)
    const next = await world.client.enqueue(serial, { customer, name: 'next' })
    const [running, waiting] = await Promise.all([world.client.why(long), world.client.why(next)])
    expect(running).toMatchObject({ kind: 'running', job: { id: 'long', attempt: 1 } })
    expect(whyText(waiting)).toMatch(/^waiting since \S+: slots 1\/1, job long free by \S+Z at the latest$/)
    await world.recorder.until(() => world.recorder.ended(customer).length === 2)
    // The job is deleted before its slot is free, and a worker goes on with what is left of its ending.
    const why = await untilEnded(next)
    expect(why).toMatchObject({ kind: 'ended', job: { ending: 'done', attempt: 1 } })
    expect(whyText(why)).toMatch(/^done at \S+Z: waited [\d.]+ s: [\d.]+ s slots$/)
    const ended = await Array.fromAsync(world.client.endedJobs({ queue: 'serial', partition: customer }))
    expect(ended).toMatchObject([{ id: 'long' }, { id: next.id }].toSorted((a, b) => (a.id > b.id ? -1 : 1)))
  })

  it('because the rate is used up, behind others', async ({ expect }) => {
    const customer = 'rate'
    const names = Array.from({ length: 14 }, (_, n) => `job-${n}`)
    const jobs = await world.client.enqueueMany(
      limited,
      names.map((name) => ({ payload: { customer, name } })),
    )
    await world.recorder.until(() => world.recorder.ended(customer).length >= 5)
    const last = jobs.at(-1)
    if (!last) throw new Error('no job')
    // For a moment it may be the slots that hold it.
    await expect
      .poll(async () => whyText(await world.client.why(last)), { interval: 20, timeout: 60_000 })
      .toMatch(/behind \d+ jobs? of its partition: rate 5\/2 s used up, next in [\d.]+ s$/)
    const stats = await world.client.stats('limited', customer)
    expect(stats).toMatchObject({
      inForce: { concurrency: 3, rateLimit: { allowed: 5 } },
      rate: { allowed: 5 },
    })
    expect(stats.waiting.count + stats.inFlight).toBeGreaterThan(3)
    expect(stats.waiting.atLeast).toBeUndefined()
    expect(stats.rate?.used).toBeGreaterThan(0)
    expect(stats.oldest_ms).toBeGreaterThan(0)
  })

  it('because somebody has paused its customer, or slowed it down, and who', async () => {
    const customer = 'held'
    await world.client.setLimits('serial', customer, { concurrency: 0 }, NOTE)
    const job = await world.client.enqueue(serial, { customer, name: 'job' })
    expect(whyText(await world.client.why(job))).toMatch(/: paused by ann: their backup$/)
    expect(await world.client.stats('serial', customer)).toMatchObject({
      waiting: { count: 1 },
      configured: { concurrency: 1 },
      inForce: { concurrency: 0 },
      override: NOTE,
    })
    await world.cloud.fire('JobsSweepRule')
    await expect
      .poll(async () => (await world.client.queueStats('serial')).counted?.waiting, { timeout: 60_000 })
      .toBeGreaterThan(0)
    await world.client.slowDown('serial', customer, '1h', NOTE)
    await world.client.setLimits('serial', customer, null)
    const why = await world.client.why('serial', customer)
    expect(whyText(why)).toMatch(/^slowed down until \S+Z by ann: their backup$/)
    const seen = (await Array.fromAsync(world.client.partitions('serial'))).find(
      ({ partition }) => partition === customer,
    )
    expect(seen).toMatchObject({ shard: `serial|${customer}`, slowedDown: NOTE })
    await world.client.slowDown('serial', customer, null)
    await world.recorder.until(() => world.recorder.ended(customer).length === 1)
  })
})

it('a dead letter says how long its last attempt had waited, and for what', async () => {
  const customer = 'dying'
  await world.client.enqueue(serial, { customer, name: 'before', takes_ms: 1500 }, { priority: 0 })
  await world.recorder.until(() => world.recorder.started(customer).length > 0)
  await world.client.enqueue(serial, { customer, name: 'never', fails: 99 }, { priority: 1 })
  // It runs while the second attempt of the one before is due.
  await world.client.enqueue(serial, { customer, name: 'behind', takes_ms: 3500 })
  const [letter] = await world.deadLetters('serial', 1)
  expect(letter?.waits_ms?.['slots']).toBeGreaterThan(0)
  expect(letter && waitText(letter)).toMatch(/^waited [\d.]+ s: [\d.]+ s slots$/)
})

it('a job that has ended says how: done, dead or cancelled, by whom', async () => {
  const customer = 'remembered'
  const failing = await world.client.enqueue(serial, { customer, name: 'never', fails: 99 })
  const late = await world.client.enqueue(serial, { customer, name: 'late' }, { delay: '1h' })
  await world.admin.cancel(late, { by: 'ann', reason: 'no need' })
  expect(whyText(await untilEnded(late))).toMatch(/^cancelled at \S+Z: cancelled by ann: no need$/)
  expect(whyText(await untilEnded(failing))).toMatch(
    /^exhausted at \S+Z, attempt 2: Error: .*; waited [\d.]+ s/,
  )
  const ended = await Array.fromAsync(world.admin.endedJobs({ queue: 'serial', partition: customer }))
  expect(ended.map(({ id, ending, cancelledBy }) => [id, ending, cancelledBy])).toEqual([
    [late.id, 'cancelled', 'ann'],
    [failing.id, 'exhausted', undefined],
  ])
})

it('a pool that is full says whose units are free first, and who waits for them', async () => {
  const customers = ['full-a', 'full-b', 'full-c']
  await world.client.setLimiter({ pool: 'api' }, 4, NOTE)
  for (const customer of customers)
    for (const name of ['one', 'two']) await world.client.enqueue(light, { customer, name, takes_ms: 3000 })
  const FULL =
    /^pool api 4\/4, job \S+ of light\|full-\S free by \S+Z at the latest; lowered from 5 to 4 by ann: their backup; \d shards have units: light\|full-\S \d until \S+Z, .+; \d shards? waits?: light\|full-/
  await expect
    .poll(async () => whyText(await world.client.why({ pool: 'api' })), { interval: 50, timeout: 20_000 })
    .toMatch(FULL)
  await world.client.setLimiter({ pool: 'api' }, null)
  for (const customer of customers)
    await world.recorder.until(() => world.recorder.ended(customer).length === 2)
})

it('a queue that is paused says by whom, and what waited when a sweep has counted it', async () => {
  const { admin } = world
  await admin.pause({ queue: 'patient' }, NOTE)
  await world.client.enqueue(patient, { customer: 'still', name: 'job' })
  await expect
    .poll(async () => whyText(await admin.why('patient', 'still')), { timeout: 20_000 })
    .toMatch(/paused by ann/)
  await world.cloud.fire('JobsSweepRule')
  await expect
    .poll(async () => whyText(await admin.why({ queue: 'patient' })), { timeout: 60_000 })
    .toMatch(
      /^paused by ann: their backup; some 1 job of 1 shard waited when it was counted last, at \S+Z: 1 for \w+; longest patient\|still\S*, since \S+Z: its queue is paused by ann: their backup$/,
    )
  await admin.resume({ queue: 'patient' })
  await world.recorder.until(() => world.recorder.ended('still').length === 1)
})
