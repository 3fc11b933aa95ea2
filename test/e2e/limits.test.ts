/** Limits as the service sees them: intervals, throttles, rates of apps, partitions by other rules, and what staff sets while jobs run. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { whyText } from '../../lib/admin.ts'
import {
  derived,
  eased,
  mail,
  paced,
  paired,
  planned,
  serial,
  sized,
  tasked,
  taskedToo,
  wide,
  zoned,
} from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const NOTE = { by: 'ann', reason: 'their incident' }
const NAMES = ['one', 'two', 'three', 'four']
const untilEnded = (customer: string, count: number) =>
  world.recorder.until(() => new Set(world.recorder.ended(customer)).size >= count)
const jobsOf = (customer: string, more: object = {}, names: readonly string[] = NAMES) =>
  names.map((name) => ({ payload: { customer, name, ...more } }))
/** The recorder counts what arrives, and this machine may be slow: half of an interval is kept, and none would not be. */
const closest = (customer: string): number => {
  const times = world.recorder.startTimes(customer)
  return Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? 0)))
}

describe.concurrent('a limit', () => {
  it('an interval is kept between the starts of each customer', async ({ expect }) => {
    await world.client.enqueueMany(paced, jobsOf('paced', {}, NAMES.slice(1)))
    await world.client.enqueueMany(paced, jobsOf('paced-too', {}, NAMES.slice(1)))
    const sk = `5#${new Date().toISOString()}#raw`
    await world.rawPut({ pk: 'paced|paced', sk, task: 'paced', payload: { customer: 'paced', name: 'raw' } })
    await Promise.all([untilEnded('paced', 4), untilEnded('paced-too', 3)])
    expect(closest('paced')).toBeGreaterThan(500)
    expect(closest('paced-too')).toBeGreaterThan(500)
  })

  it('what fails too often is slowed down, and recovers when it succeeds', async ({ expect }) => {
    const customer = 'eased'
    await world.client.enqueueMany(eased, jobsOf(customer, { fails: 1 }))
    await world.deadLetters('eased', 4)
    await expect
      .poll(async () => (await world.client.stats('eased', customer)).throttle, { timeout: 20_000 })
      .toMatchObject({ stretch: 10 })
    const failed = world.recorder.startTimes(customer).length
    await world.client.enqueueMany(eased, jobsOf(customer, {}, ['a', 'b', 'c', 'd', 'e', 'f', 'g']))
    await untilEnded(customer, 11)
    const times = world.recorder.startTimes(customer).slice(failed)
    // The fourth success makes it fast again.
    for (const n of [1, 2]) expect((times[n] ?? 0) - (times[n - 1] ?? 0)).toBeGreaterThan(500)
    await expect
      .poll(async () => (await world.client.stats('eased', customer)).throttle?.stretch, { timeout: 60_000 })
      .toBe(1)
  })

  it('jobs share a limit by their task, by two values, or by what stands beside the payload', async ({
    expect,
  }) => {
    const slow = { takes_ms: 300 }
    const named = (prefix: string) => ['1', '2'].map((n) => `${prefix}-${n}`)
    await world.client.enqueueMany(tasked, jobsOf('by-task', slow, named('task')))
    await world.client.enqueueMany(taskedToo, jobsOf('by-task', slow, named('too')))
    for (const text of ['x', 'y,z'])
      await world.client.enqueueMany(paired, jobsOf('by-two', { ...slow, text }, named(`pair-${text}`)))
    for (const name of ['free', 'large'])
      await world.client.enqueueMany(
        planned,
        jobsOf('by-meta', slow, named(`plan-${name}`)).map((job) => ({
          ...job,
          meta: { tenant: 't', plan: { name } },
        })),
      )
    const all = ['by-task', 'by-two', 'by-meta']
    await Promise.all(all.map((customer) => untilEnded(customer, 4)))
    for (const prefix of ['task-', 'too-', 'pair-x', 'pair-y,z', 'plan-free', 'plan-large'])
      expect([prefix, world.recorder.mostNamed(prefix)]).toEqual([prefix, 1])
    const seen = await Array.fromAsync(world.client.partitions())
    const partitions = seen.map(({ queue, partition }) => `${queue} ${partition}`)
    for (const place of ['tasked tasked-too', 'paired by-two,y%2Cz', 'planned t,large'])
      expect(partitions).toContain(place)
  })

  it('the rate of an app gives each partition a number, also those that come later', async ({ expect }) => {
    const { client, recorder } = world
    await client.enqueueMany(derived, jobsOf('earlier', {}, ['first']))
    await untilEnded('earlier', 1)
    expect((await client.stats('derived', 'earlier')).inForce).toMatchObject({ concurrency: 2 })
    await client.setAppRate('hubspot', { rate: 10, frequency_s: 5 }, { note: NOTE })
    for (const customer of ['earlier', 'later']) {
      await client.enqueueMany(derived, jobsOf(customer, { takes_ms: 200 }))
    }
    await Promise.all([untilEnded('earlier', 5), untilEnded('later', 4)])
    for (const customer of ['earlier', 'later']) {
      expect([customer, recorder.highestConcurrency(customer)]).toEqual([customer, 1])
      expect((await client.stats('derived', customer)).inForce).toMatchObject({ concurrency: 1 })
    }
    await client.setAppRate('hubspot', null)
    for (const customer of ['earlier', 'later'])
      expect((await client.stats('derived', customer)).inForce).toMatchObject({ concurrency: 2 })
  })

  it('a service that asks for time for a whole pool stops all that need it, and nothing else', async ({
    expect,
  }) => {
    const { client, recorder } = world
    recorder.askForTime('asks', 3600)
    const pools = { gpu: 1 }
    await client.enqueue(wide, { customer: 'asks', name: 'first', pool: 'gpu' }, { pools })
    await expect
      .poll(() => client.slowedDown({ pool: 'gpu' }), { timeout: 60_000, interval: 20 })
      .toMatchObject({ reason: 'HTTP 429' })
    await client.enqueue(wide, { customer: 'asked', name: 'behind' }, { pools })
    await client.enqueue(wide, { customer: 'beside', name: 'free' })
    await untilEnded('beside', 1)
    expect([recorder.started('asks').length, recorder.started('asked').length]).toEqual([1, 0])
    await client.slowDown({ pool: 'gpu' }, null)
    await Promise.all([untilEnded('asks', 1), untilEnded('asked', 1)])
    expect(recorder.of('asks').map(({ attempt }) => attempt)).toEqual([1, 1, 1])
  })

  it('the value of a tag has more units, none, or has to wait, as somebody says', async ({ expect }) => {
    const { admin, client, recorder } = world
    const enqueue = (user: string) =>
      client.enqueueMany(
        wide,
        jobsOf(user, { takes_ms: 500 }).map((job) => ({ ...job, tags: { user } })),
      )
    await admin.setLimiter({ tag: 'user', each: 'more' }, 2, NOTE)
    await admin.pause({ tag: 'user', each: 'none' }, NOTE)
    await admin.slowDown({ tag: 'user', each: 'slow' }, '1h', NOTE)
    const [held] = await enqueue('none')
    await Promise.all([enqueue('more'), enqueue('slow')])
    await untilEnded('more', 4)
    expect(recorder.highestConcurrency('more')).toBeLessThanOrEqual(2)
    expect(await admin.limiter({ tag: 'user', each: 'more' })).toMatchObject({ units: 2, configured: 1 })
    expect([...recorder.started('none'), ...recorder.started('slow')]).toEqual([])
    expect(held && whyText(await admin.why(held))).toMatch(/user=none paused by ann: their incident$/)
    await admin.resume({ tag: 'user', each: 'none' })
    await admin.slowDown({ tag: 'user', each: 'slow' }, null)
    await Promise.all([untilEnded('none', 4), untilEnded('slow', 4)])
    expect([recorder.highestConcurrency('none'), recorder.highestConcurrency('slow')]).toEqual([1, 1])
  })

  it('a rate that queues share, and one of a value, are what somebody has set', async ({ expect }) => {
    const { client, recorder } = world
    const rateLimit = { allowed: 2, period: '2s', margin: '500ms' } as const
    await client.setLimiter({ pool: 'mailer' }, { rateLimit }, NOTE)
    await client.setLimiter({ rate: 'zoned', of: 'set' }, { rateLimit }, NOTE)
    await client.enqueueMany(mail, jobsOf('mailed'))
    await client.enqueueMany(zoned, jobsOf('zoned-set', { text: 'set' }))
    await Promise.all([untilEnded('mailed', 4), untilEnded('zoned-set', 4)])
    for (const customer of ['mailed', 'zoned-set'])
      expect([customer, recorder.busiestWindow(customer, 2000) <= 2]).toEqual([customer, true])
    expect(await client.limiter({ pool: 'mailer' })).toMatchObject({ rate: { allowed: 2 }, override: NOTE })
    await client.setLimiter({ pool: 'mailer' }, null)
    expect(await client.limiter({ pool: 'mailer' })).toMatchObject({ rate: { allowed: 6 } })
  })

  it('a partition that is paused lets nothing start, and the others go on', async ({ expect }) => {
    const { admin, client, recorder } = world
    await admin.pause({ queue: 'serial', partition: 'paused' }, NOTE)
    const held = await client.enqueue(serial, { customer: 'paused', name: 'held' })
    await client.enqueue(serial, { customer: 'running', name: 'free' })
    await untilEnded('running', 1)
    expect(whyText(await admin.why(held))).toMatch(/: paused by ann: their incident$/)
    expect(recorder.started('paused')).toEqual([])
    await admin.resume({ queue: 'serial', partition: 'paused' })
    await untilEnded('paused', 1)
  })

  it('a number of jobs that is wrong, for somebody has deleted some, is counted anew', async ({ expect }) => {
    const { client } = world
    const job = (name: string) => client.enqueue(sized, { customer: 'counted', name }, { delay: '1h' })
    const jobs = [await job('one'), await job('two'), await job('three')]
    for (const one of jobs.slice(1)) await world.rawDelete(one)
    await expect(job('four')).rejects.toThrow(/3 of 3 jobs/)
    expect(await client.recount('sized', 'counted')).toMatchObject({
      queue: { before: 3, after: 1 },
      partition: { before: 3, after: 1 },
    })
    await job('four')
  })

  it('items whose pools or tags make no sense are dead letters that say why, and their neighbours run', async ({
    expect,
  }) => {
    const labels = [
      [{ pools: 'gpu' }, /^pools/],
      [{ pools: { gpu: 0 } }, /^pools.gpu/],
      [{ tags: ['ann'] }, /^tags/],
      [{ tags: { user: 7 } }, /^tags.user/],
      [{ tags: { user: '' } }, /^tags.user/],
    ] as const
    for (const [index, [label]] of labels.entries()) await world.rawPut(labelled(`bad-${index}`, label))
    const good = { pools: { api: 5 }, tags: { user: 'ann', other: 'x' } }
    await world.rawPut(labelled('good', good))
    await untilEnded('labelled', 1)
    const letters = await world.deadLetters('wide', labels.length)
    expect(world.recorder.ended('labelled')).toEqual(['good'])
    for (const [index, [, why]] of labels.entries()) {
      const letter = letters.find(({ job }) => job.includes(`bad-${index}`))
      expect(letter?.reason).toBe('refused')
      expect(letter?.error).toMatch(why)
    }
  })

  it('items with pools that a newer deploy may have wait for it, and say so', async ({ expect }) => {
    for (const [label, lane, why] of [
      [{ pools: { nobody: 1 } }, 'wide||+pool.nobody', /there is no pool "nobody"/],
      [{ pools: { gpu: 9 } }, 'wide||+pool.gpu*9', /gpu/],
    ] as const) {
      const { sk } = labelled('ahead', label)
      await world.rawPut({ ...labelled('ahead', label), sk })
      await world.untilJob(lane, (job) => job['sk'] === sk)
      const answer = await world.client.why({ pk: lane, sk })
      expect(answer.kind).toBe('stranded')
      expect(whyText(answer)).toMatch(why)
    }
  })
})

/** As a producer puts it that knows no client. */
const labelled = (name: string, label: object) => ({
  pk: 'wide',
  sk: `5#${new Date().toISOString()}#${name}`,
  task: 'wide',
  payload: { customer: 'labelled', name },
  ...label,
})
