import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heavy, letter, light, limited, mail, patient, serial, wide } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const names = (count: number, prefix = 'job'): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}-${String(n).padStart(3, '0')}`)
const isoNow = (offset_ms = 0): string => new Date(Date.now() + offset_ms).toISOString()
const untilEnded = (customer: string, count: number): Promise<void> =>
  world.recorder.until(() => new Set(world.recorder.ended(customer)).size >= count)

describe.concurrent('Sluice on the local cloud', () => {
  it('runs jobs that come by the client, by a raw put and as events', async () => {
    const customer = 'three-ways'
    await world.client.enqueue(serial, { customer, name: 'client' })
    await world.client.enqueueMany(
      serial,
      names(30).map((name) => ({ payload: { customer, name } })),
    )
    const sk = `5#${isoNow()}#raw-1`
    await world.rawPut({ pk: `serial|${customer}`, sk, task: 'serial', payload: { customer, name: 'raw' } })
    await world.putEvent('test', 'sluice.enqueue', {
      queue: 'serial',
      task: 'serial',
      payload: { customer, name: 'event' },
    })
    await world.putEvent('shop', 'order.placed', { customer, name: 'trigger' })
    await world.recorder.until(() => world.recorder.ended(customer).length >= 35)
    const ended = world.recorder.ended(customer)
    expect(new Set(ended)).toEqual(new Set(['client', 'raw', 'event', 'trigger', ...names(30)]))
    expect(ended.filter((name) => name === 'trigger')).toHaveLength(2)
    expect(world.recorder.highestConcurrency(customer)).toBe(1)
  })

  it('runs a job once for each idempotency key, whoever asks for it, also when it has run', async () => {
    const customer = 'once'
    const idempotencyKey = 'order-42'
    const enqueue = (name: string) =>
      world.client.enqueue(serial, { customer, name }, { idempotencyKey, idempotencyTtl: '1h' })
    const answers = await Promise.all(names(5).map(enqueue))
    expect(new Set(answers.map(({ pk, sk }) => pk + sk)).size).toBe(1)
    expect(answers.filter(({ existing }) => existing)).toHaveLength(4)
    await untilEnded(customer, 1)
    const detail = { queue: 'serial', task: 'serial', payload: { customer, name: 'event' }, idempotencyKey }
    await world.putEvent('test', 'sluice.enqueue', detail)
    await world.client.enqueueMany(serial, [
      { payload: { customer, name: 'many' }, idempotencyKey },
      { payload: { customer, name: 'last' }, priority: 9 },
    ])
    await world.recorder.until(() => world.recorder.ended(customer).includes('last'))
    expect(await enqueue('again')).toMatchObject({ id: answers[0]?.id, existing: true })
    expect(world.recorder.ended(customer)).toEqual([expect.stringMatching(/^job-/), 'last'])
  })

  it('keeps a unique job the only one with its key until it has ended, also between attempts', async () => {
    const customer = 'unique'
    const enqueue = (name: string, fails = 0) =>
      world.client.enqueue(serial, { customer, name, fails }, { unique: { key: 'nightly' } })
    const answers = await Promise.all(names(4).map((name) => enqueue(name, 1)))
    expect(answers.filter(({ existing }) => existing)).toHaveLength(3)
    await world.recorder.until(() => world.recorder.of(customer).some(({ attempt }) => attempt === 2))
    await world.untilEmpty(`serial|${customer}`)
    expect(await enqueue('next')).not.toHaveProperty('existing')
    await world.recorder.until(() => world.recorder.ended(customer).includes('next'))
    expect(new Set(world.recorder.ended(customer)).size).toBe(2)
  })

  it('debounces what comes under one key, and replaces what waits behind one that runs', async () => {
    const customer = 'debounced'
    const debounce = { debounce: { key: customer, wait: '2s', max: '20s' } } as const
    const answers = []
    for (const name of names(4))
      answers.push(await world.client.enqueue(serial, { customer, name }, debounce))
    expect(answers.map(({ replaced }) => replaced)).toEqual([undefined, true, true, true])
    await world.recorder.until(() => world.recorder.ended(customer).length === 1)
    await world.untilEmpty(`serial|${customer}`)
    const last = { unique: { key: customer, while: 'waiting', onCollision: 'replace' } } as const
    const runs = { customer, name: 'runs', takes_ms: 2000 }
    await world.client.enqueue(serial, runs, last)
    await world.recorder.until(() => world.recorder.started(customer).includes('runs'))
    for (const name of ['old', 'new']) await world.client.enqueue(serial, { customer, name }, last)
    await world.recorder.until(() => world.recorder.ended(customer).includes('new'))
    expect(world.recorder.ended(customer)).toEqual([names(4).at(-1), 'runs', 'new'])
  })

  it('keeps concurrency and rate as the service sees them, for each customer', async () => {
    const customers = ['acme', 'globex', 'initech']
    const jobs = customers.flatMap((customer) =>
      names(18).map((name) => ({ payload: { customer, name, takes_ms: 150 } })),
    )
    await world.client.enqueueMany(limited, jobs)
    await Promise.all(customers.map((customer) => untilEnded(customer, 18)))
    for (const customer of customers) {
      expect(world.recorder.highestConcurrency(customer)).toBeLessThanOrEqual(3)
      expect(world.recorder.busiestWindow(customer, 2000)).toBeLessThanOrEqual(5)
    }
  })

  it('slows a customer down for as long as the service asks, spends no attempt, and keeps the order', async () => {
    const customer = 'slowed'
    world.recorder.askForTime(customer, 4)
    await world.client.enqueue(serial, { customer, name: 'first' })
    await world.client.enqueueMany(
      serial,
      names(3).map((name) => ({ payload: { customer, name } })),
    )
    await untilEnded(customer, 4)
    const starts = world.recorder.of(customer).filter(({ what }) => what === 'start')
    expect(starts.map(({ name }) => name)).toEqual(['first', 'first', ...names(3)])
    expect(starts.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1])
    const [refused, ...later] = starts.map(({ at }) => at)
    expect(later.every((at) => at >= Number(refused) + 4000)).toBe(true)
  })

  it('holds a total and a pool that two queues share, whoever their customers are', async ({ expect }) => {
    const customers = names(6, 'pooled')
    for (const task of [heavy, light])
      await world.client.enqueueMany(
        task,
        customers.flatMap((customer) =>
          names(4, task.name).map((name) => ({ payload: { customer, name, takes_ms: 120 } })),
        ),
      )
    await Promise.all(customers.map((customer) => untilEnded(customer, 8)))
    const of = (weights: Record<string, number>) => (queue: string) => weights[queue] ?? 0
    expect(world.recorder.highestUse(of({ heavy: 2, light: 1 }))).toBeLessThanOrEqual(5)
    expect(world.recorder.highestUse(of({ heavy: 1 }))).toBeLessThanOrEqual(3)
    // The last handlers have ended; their slots are about to be freed.
    await expect
      .poll(() => world.client.limiter({ pool: 'api' }), { timeout: 20_000 })
      .toMatchObject({ units: 5, lent: 0, waiting: [] })
  })

  it('holds a rate that two queues share, by what their jobs cost', async ({ expect }) => {
    const customers = names(4, 'mailed')
    for (const task of [mail, letter])
      await world.client.enqueueMany(
        task,
        customers.flatMap((customer) => names(2, task.name).map((name) => ({ payload: { customer, name } }))),
      )
    await Promise.all(customers.map((customer) => untilEnded(customer, 4)))
    const cost = (queue: string) => ({ mail: 1, letter: 2 })[queue] ?? 0
    expect(world.recorder.mostStartsOf(cost, 2000)).toBeLessThanOrEqual(6)
    const { rate } = await world.client.limiter({ pool: 'mailer' })
    expect(rate).toMatchObject({ allowed: 6, period_ms: 2000 })
  })

  it('starts by priority, then time, and delayed jobs when they are due', async () => {
    const customer = 'ordered'
    await world.client.setLimits('serial', customer, { concurrency: 0 })
    const due = Date.now() + 6000
    await world.client.enqueue(serial, { customer, name: 'delayed' }, { runAt: due, priority: 0 })
    for (const priority of [9, 5, 0])
      await world.client.enqueue(serial, { customer, name: `priority-${priority}` }, { priority })
    await world.client.setLimits('serial', customer, null)
    await untilEnded(customer, 4)
    const ended = world.recorder.ended(customer)
    expect(ended.filter((name) => name !== 'delayed')).toEqual(['priority-0', 'priority-5', 'priority-9'])
    const delayed = world.recorder.of(customer).find(({ name }) => name === 'delayed')
    expect(delayed?.at).toBeGreaterThanOrEqual(due)
  })

  it('spreads a large limit over shards, also for raw puts that name none', async () => {
    await world.client.enqueueMany(
      wide,
      names(60).map((name) => ({ payload: { customer: 'wide', name, takes_ms: 1500 } })),
    )
    for (const name of names(20, 'raw'))
      await world.rawPut({
        pk: 'wide',
        sk: `5#${isoNow()}#${name}`,
        task: 'wide',
        payload: { customer: 'wide', name, takes_ms: 1500 },
      })
    await untilEnded('wide', 80)
    const highest = world.recorder.highestConcurrency('wide')
    expect(highest).toBeLessThanOrEqual(24)
    // More than one shard of three has.
    expect(highest).toBeGreaterThan(8)
  })

  it('puts what cannot run into the dead letters, with a reason, and lets its neighbours run', async () => {
    const customer = 'poisoned'
    const pk = `limited|${customer}`
    const body = { task: 'limited', payload: { customer, name: 'poison' } }
    const poison = [
      { pk, sk: 'hello', ...body },
      { pk, sk: '5#yesterday#a', ...body },
      { pk, sk: `5#${isoNow()}#${'x'.repeat(100)}`, ...body },
      { pk, sk: `5#${isoNow()}#no-task`, payload: {} },
      { pk, sk: `5#${isoNow()}#no-payload`, task: 'limited' },
      { pk, sk: `5#${isoNow()}#wrong-type`, task: 7, payload: {} },
      { pk, sk: `5#${isoNow()}#wrong-payload`, task: 'limited', payload: { customer: 7 } },
      { pk: 'limited|%zz', sk: `5#${isoNow()}#odd-partition`, ...body },
    ]
    for (const item of poison) await world.rawPut(item)
    await world.putEvent('test', 'sluice.enqueue', {
      queue: 'limited',
      task: 'limited',
      payload: { name: 'no customer' },
    })
    await world.client.enqueue(limited, { customer, name: 'neighbour' })
    await untilEnded(customer, 1)
    const letters = await world.deadLetters('limited', poison.length + 1)
    expect(world.recorder.ended(customer)).toEqual(['neighbour'])
    expect(letters).toHaveLength(poison.length + 1)
    for (const { reason, error } of letters) {
      expect(reason).toBe('refused')
      expect(error.length).toBeGreaterThan(10)
    }
  })

  it('leaves what a newer deploy may know where it is, and lets its neighbours run', async () => {
    const customer = 'ahead'
    const pk = `limited|${customer}`
    const body = { task: 'limited', payload: { customer, name: 'ahead' } }
    const ahead = [
      { ...body, pk, sk: `5#${isoNow()}#unknown-task`, task: 'of-tomorrow' },
      { ...body, pk: 'limited', sk: `5#${isoNow()}#no-partition` },
      { ...body, pk: 'of-tomorrow|acme', sk: `5#${isoNow()}#unknown-queue` },
    ]
    for (const item of ahead) await world.rawPut(item)
    await world.client.enqueue(limited, { customer, name: 'neighbour' })
    await untilEnded(customer, 1)
    await world.untilJob(pk, ({ unknownSince }) => unknownSince !== undefined)
    const shards = [pk, 'limited', 'of-tomorrow|acme']
    const standing = await Promise.all(shards.map((shard) => world.jobsOf(shard)))
    const ids = standing.flat().map(({ sk }) => String(sk).split('#')[2])
    expect(ids).toEqual(expect.arrayContaining(['unknown-task', 'no-partition', 'unknown-queue']))
  })

  it('tries again what failed, and keeps the error of the last attempt', async () => {
    const customer = 'failing'
    await world.client.enqueue(serial, { customer, name: 'recovers', fails: 1 })
    await world.client.enqueue(serial, { customer, name: 'never', fails: 99 })
    await world.recorder.until(() => world.recorder.ended(customer).length >= 4)
    const [letter] = await world.deadLetters('serial', 1)
    expect(letter?.reason).toBe('exhausted')
    expect(letter?.error).toContain('told to fail')
    expect(letter?.job).toContain('"attempt":2')
  })

  it('cancels a job that waits and one that runs, lets one expire, and none of them comes again', async () => {
    const customer = 'cancelled'
    const note = { by: 'ann', reason: 'no use' }
    const enqueue = (name: string, options = {}, takes_ms = 50) =>
      world.client.enqueue(patient, { customer, name, takes_ms, heeds: true }, options)
    const runs = await enqueue('runs', { priority: 0 }, 7900)
    await world.recorder.until(() => world.recorder.of(customer).length > 0)
    const waits = await enqueue('waits')
    await enqueue('expires', { ttl: 1 })
    expect(await world.client.cancel(waits, note)).toEqual({ kind: 'cancelled' })
    expect(await world.client.cancel(runs, note)).toEqual({ kind: 'cancelling' })
    await enqueue('behind', { priority: 9 })
    await untilEnded(customer, 1)
    const letters = await world.deadLetters('patient', 3)
    // Which of the two ends later is open: the job that runs ends when its worker next looks.
    expect(letters.map(({ reason }) => reason).toSorted()).toEqual(['cancelled', 'cancelled', 'expired'])
    expect(letters.every(({ error }) => /cancelled by ann: no use|expired/.test(error))).toBe(true)
    expect(await world.client.cancel(runs, note)).toEqual({ kind: 'gone' })
    const told = world.recorder.of(customer).map(({ what, name, attempt }) => `${what} ${name} ${attempt}`)
    expect(told).toEqual(['start runs 1', 'start behind 1', 'end behind 1'])
  })

  it('recovers a job whose handler ended the worker’s process, and the jobs behind it', async () => {
    const customer = 'crashing'
    await world.client.enqueue(serial, { customer, name: 'crash', crashes: true }, { priority: 0 })
    await world.client.enqueue(serial, { customer, name: 'behind' })
    await untilEnded(customer, 2)
    expect(world.recorder.of(customer).map(({ name, attempt }) => `${name} ${attempt}`)).toContain('crash 2')
  })
})

describe('when something dies', () => {
  it('runs every job, within the limits, although a worker and both engines are killed', async () => {
    const customer = 'disaster'
    const jobs = names(40)
    await world.client.enqueueMany(
      limited,
      jobs.map((name) => ({ payload: { customer, name, takes_ms: 200 } })),
    )
    await untilEnded(customer, 5)
    expect(world.cloud.kill('JobsWorker')).toBe(true)
    await untilEnded(customer, 10)
    await world.cloud.restart('dynamodb')
    await untilEnded(customer, 15)
    await world.cloud.restart('sqs')
    await untilEnded(customer, jobs.length)
    expect(new Set(world.recorder.ended(customer))).toEqual(new Set(jobs))
    expect(world.recorder.busiestWindow(customer, 2000)).toBeLessThanOrEqual(5)
  })
})
