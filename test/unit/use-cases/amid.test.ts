/** Jobs that wait amid those in flight, where a hand-off does not look unless the state item says so. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { WorkMessage } from '../../../lib/ports/queues.ts'
import { asId, change, configOf, type JobOptions, jobItem, NOW } from '../../support/builders.ts'
import { shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const SLOTS = 6
const MINUTE = 60_000
let world: World
let messages: WorkMessage[]

/** In the backlog the n-th job is due n seconds after the first; all have waited for long. */
const backlog = (n: number, part: JobOptions = {}): JobItem =>
  jobItem({ id: `job-${String(n).padStart(2, '0')}`, runAt: NOW - MINUTE + n * 1000, ...part })
/** Due between the second and the third job in flight. */
const late = (part: JobOptions = {}): JobItem => backlog(1.5, { id: 'late', ...part })

beforeEach(async () => {
  world = new World(configOf({ concurrency: SLOTS, shards: 1 }))
  world.put(...Array.from({ length: 20 }, (_, n) => backlog(n)))
  await world.stream()
  messages = world.takeWork()
})

const messageOf = (id: string): WorkMessage => {
  const message = messages.find(({ sk }) => sk.endsWith(`#${id}`))
  if (!message) throw new Error(`${id} is not in flight`)
  return message
}
/** Ends a job in flight, and hands its slot on. */
const end = (id: string): Promise<void> => world.work(messageOf(id))
/** Frees the slot of a job that has not run. */
const giveBack = (id: string) => {
  const { pk, token } = messageOf(id)
  return world.context.store.states.release(pk, { id: asId(id), token, jobStands: true })
}

test('a hand-off reads what it can claim and one more, whatever is in flight', async () => {
  const read: string[] = []
  const { jobs } = world.context.store
  const { range } = jobs
  Object.assign(jobs, {
    range: async (query: Parameters<typeof range>[0]) => {
      const page = await range(query)
      read.push(...page.items.map(({ sk }) => sk.split('#')[2] ?? ''))
      return page
    },
  })
  await end('job-03')
  expect(read).toEqual(['job-06', 'job-07'])
  expect(world.inFlight).toContain('job-06')
})

describe('a job that is put late amid those in flight', () => {
  test.each<[string, JobOptions]>([
    ['of the same priority', {}],
    ['of a better one', { priority: 3 }],
  ])('%s is next from its arrival on', async (_what, part) => {
    world.put(late(part))
    await world.stream()
    await end('job-04')
    expect(world.inFlight).toContain('late')
  })

  test('of a worse one waits for all before it', async () => {
    world.put(late({ priority: 9 }))
    await world.stream()
    expect(world.state().waitingAmid).toBeUndefined()
    await end('job-04')
    expect(world.inFlight).not.toContain('late')
  })

  test('is noted in the state, until it is claimed', async () => {
    world.put(late())
    await world.stream()
    expect(world.state().waitingAmid).toBe(true)
    await end('job-04')
    expect(world.state().waitingAmid).toBeUndefined()
  })

  test('is noted although the pass of its arrival reads no further than to better ones', async () => {
    const better = ['better', 'too'].map((id) => backlog(1, { id, priority: 3 }))
    world.put(...better, backlog(4.5, { id: 'late' }))
    await world.stream()
    expect(world.state().waitingAmid).toBe(true)
    for (const id of ['job-00', 'job-01', 'job-02']) await end(id)
    expect(world.inFlight).toEqual(expect.arrayContaining(['better', 'too', 'late']))
  })

  test('is noted until the last of several is claimed', async () => {
    world.put(late(), late({ id: 'later' }))
    await world.stream()
    await end('job-04')
    expect(world.state().waitingAmid).toBe(true)
    await end('job-03')
    expect(world.inFlight).toEqual(expect.arrayContaining(['late', 'later']))
    expect(world.state().waitingAmid).toBeUndefined()
  })

  test('is found without anybody’s help when those in front of it end', async () => {
    world.put(late())
    await end('job-00')
    expect(world.inFlight).not.toContain('late')
    await end('job-01')
    expect(world.inFlight).toContain('late')
  })

  test('is found when no others wait', async () => {
    world.put(late())
    for (let n = 6; n < 20; n++) world.tables.jobs.get(late().pk)?.delete(backlog(n).sk)
    await end('job-05')
    expect(world.inFlight).toContain('late')
  })

  test('is found by the sweep, if the stream gave it up', async () => {
    world.put(late())
    expect(await world.sweep()).toBe(1)
    world.now += 1000
    await world.wake()
    await end('job-05')
    expect(world.inFlight).toContain('late')
    expect(await world.sweep()).toBe(0)
  })

  test('beats a pass that has read before it was put, and writes after its arrival was seen', async () => {
    const { states } = world.context.store
    const { pass } = states
    let raced = false
    Object.assign(states, {
      pass: async (...args: Parameters<typeof pass>) => {
        if (!raced) {
          raced = true
          world.put(backlog(5.5, { id: 'late' }))
          await world.stream()
        }
        return pass(...args)
      },
    })
    await end('job-04')
    expect(world.inFlight).toContain('late')
    expect(world.inFlight).not.toContain('job-06')
  })
})

describe('a job amid those in flight that goes back', () => {
  test('is next again', async () => {
    await giveBack('job-02')
    expect(world.state().waitingAmid).toBe(true)
    await end('job-04')
    expect(world.inFlight).toContain('job-02')
  })

  test('is not forgotten by a pass that saw it in flight', async () => {
    const before = world.state()
    await giveBack('job-02')
    const { states } = world.context.store
    expect(await states.pass(before, change({ waiting: true }))).toEqual({ kind: 'conflict' })
  })

  test('is next if another item was put in its place while it ran', async () => {
    world.handler = async () => {
      world.put({ ...backlog(2), payload: { customer: 'acme', again: true } })
      return { kind: 'succeeded' }
    }
    await end('job-02')
    expect(world.inFlight).toContain('job-02')
  })
})

test('a twin amid those in flight runs when its id is free', async () => {
  world.put(backlog(1.5, { id: 'job-04' }))
  await world.stream()
  expect(world.state().waitingAmid).toBe(true)
  await end('job-05')
  expect(world.state().waitingAmid).toBe(true)
  await end('job-04')
  expect(world.inFlight).toContain('job-04')
  expect(world.state().waitingAmid).toBeUndefined()
})

test('what was claimed while its shard had one slot hides no job that goes before it, either', async () => {
  world = new World(configOf({ concurrency: 5, shards: 2 }))
  const at = (ms: number, id: string) => jobItem({ id, pk: shard(0), runAt: NOW + ms })
  world.now = NOW + 1000
  // All are put in time, that is within 5 s of their runAt; the order in which puts end is another.
  world.put(at(500, 'five'))
  await world.stream()
  world.put(at(100, 'one'), at(200, 'two'), at(300, 'three'), at(900, 'nine'))
  await world.stream()
  expect(world.inFlight).toHaveLength(5)
  world.put(at(910, 'w1'), at(920, 'w2'), at(930, 'w3'))
  await world.stream()
  world.put(at(400, 'four'))
  await world.stream()
  const nine = world.takeWork().find(({ sk }) => sk.endsWith('#nine'))
  if (!nine) throw new Error('no message')
  await world.work(nine)
  expect(world.inFlight).toContain('four')
})
