import { describe, expect, test } from 'vitest'
import { ConfigurationError, InvalidJobError } from '../../../lib/core/errors.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { type MoveOptions, moveJobs } from '../../../lib/use-cases/operate/move-jobs.ts'
import { strandedShards } from '../../../lib/use-cases/operate/stranded-shards.ts'
import { asShard, jobItem, NOW, sortKey } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'
import { World } from '../../support/world.ts'

const HOUR_MS = 3_600_000
const customer = { partition: { payload: 'customer' }, concurrency: 1 } as const
/** A world whose functions still serve the queue `old`, and the same tables as an operator sees them who does not. */
function deployed(operators: ConfigInput['queues'] = { crm: customer }) {
  const world = new World(defineConfig({ queues: { old: customer, crm: customer } }))
  const operator = { ...world.context, config: defineConfig({ queues: operators }) }
  const move = (options: MoveOptions, from = 'old') => moveJobs(operator, from, options)
  return { world, operator, move, stranded: () => Array.fromAsync(strandedShards(operator)) }
}
const old = (id: string, partition = 'acme', more: object = {}): JobItem => ({
  ...jobItem({ pk: asShard(`old|${partition}`), id, payload: { customer: partition } }),
  ...more,
})
const idsIn = (world: World) => world.jobs.map(({ pk, sk }) => `${pk} ${sk.split('#')[2]}`).toSorted()

describe('stranded jobs', () => {
  test('are listed by shard, with the queue, the reason and their first keys', async () => {
    const { world, stranded } = deployed()
    world.put(old('a'), old('b'), old('c', 'b'), jobItem(), { pk: 'no|such|shard|key', sk: 'x' })
    expect(await stranded()).toEqual([
      {
        queue: 'old',
        shard: 'old|acme',
        reason: expect.stringContaining('there is no queue "old"'),
        jobs: [old('a').sk, old('b').sk],
        isWhole: true,
      },
      expect.objectContaining({ shard: 'old|b' }),
    ])
  })

  test('are those, too, whose queue has another partition rule by now', async () => {
    const { world, stranded } = deployed({ old: {}, crm: customer })
    world.put(old('a'), jobItem({ pk: asShard('crm') }), jobItem({ pk: asShard('old') }))
    expect((await stranded()).map(({ shard }) => shard)).toEqual(['crm', 'old|acme'])
  })
})

describe('stranded jobs are moved', () => {
  test('to another queue as they are, and run there', async () => {
    const { world, move } = deployed()
    const more = { attempt: 3, note: 'mine' }
    world.put(old('a', 'acme', more), old('b', 'other'), jobItem({ id: 'c' }))
    expect(await move({ to: 'crm' })).toEqual({ moved: 2, skipped: [] })
    expect(idsIn(world)).toEqual(['crm|acme a', 'crm|acme c', 'crm|other b'])
    expect(world.jobs).toContainEqual({ ...old('a'), ...more, pk: 'crm|acme' })
    await world.settle()
    expect(world.ran.toSorted()).toEqual(['a', 'b', 'c'])
  })

  test('to the dead letters, with a word on who wanted that', async () => {
    const { world, move } = deployed()
    world.put(old('a'), untyped({ ...old('b'), task: 7 }))
    expect(await move({ to: 'dead-letters', by: 'ann' })).toEqual({ moved: 2, skipped: [] })
    expect(world.jobs).toEqual([])
    const error = expect.stringMatching(/^moved to the dead letters by ann: there is no queue "old"/)
    const letter = { pk: expect.stringMatching(/^dead\|old\|/), reason: 'refused', error }
    expect(world.dead).toMatchObject([letter, letter])
  })

  test('within their queue, after its partition rule has changed', async () => {
    const { world, move } = deployed({ old: customer })
    world.put(jobItem({ pk: asShard('old') }), old('b'))
    expect(await move({ to: 'old' })).toEqual({ moved: 1, skipped: [] })
    expect(idsIn(world)).toEqual(['old|acme b', 'old|acme job'])
  })

  test('all of them, however many there are, up to the limit', async () => {
    const { world, move } = deployed()
    const items = Array.from({ length: 230 }, (_, n) => old(`job-${n}`, n < 150 ? 'large' : `c${n % 20}`))
    world.put(...items)
    const progress: number[] = []
    expect(await move({ to: 'crm', limit: 100, onProgress: ({ moved }) => progress.push(moved) })).toEqual({
      moved: 100,
      skipped: [],
    })
    expect(progress.at(-1)).toBe(100)
    expect(await move({ to: 'crm' })).toEqual({ moved: 130, skipped: [] })
    expect(new Set(idsIn(world)).size).toBe(230)
    expect(world.jobs.every(({ pk }) => pk.startsWith('crm|'))).toBe(true)
    expect(await move({ to: 'crm' })).toEqual({ moved: 0, skipped: [] })
  })

  test('of several shards simultaneously, and no more than the limit says', async () => {
    const { world, move } = deployed()
    world.put(...Array.from({ length: 8 }, (_, n) => old(`job-${n}`, `c${n}`)))
    expect((await move({ to: 'crm', limit: 3 })).moved).toBe(3)
    expect((await move({ to: 'crm', limit: 0 })).moved).toBe(0)
    expect(idsIn(world).filter((key) => key.startsWith('crm'))).toHaveLength(3)
  })

  test('beside a twin that stands there already', async () => {
    const { world, move } = deployed()
    world.put(old('job'), jobItem())
    expect(await move({ to: 'crm' })).toEqual({ moved: 1, skipped: [] })
    expect(world.jobs.map(({ sk }) => sk).toSorted()).toEqual([sortKey({}), sortKey({ runAt: NOW + 1 })])
  })

  test('but those stay that could not run there, and say why', async () => {
    const { world, move } = deployed()
    const [nameless, odd] = [
      { ...old('a'), task: '' },
      { ...old('b'), pk: 'old', payload: {} },
    ]
    world.put(nameless, odd)
    expect(await move({ to: 'crm' })).toEqual({
      moved: 0,
      skipped: [
        { pk: 'old', sk: odd.sk, reason: expect.stringContaining('payload.customer') },
        { pk: 'old|acme', sk: nameless.sk, reason: expect.stringContaining('task') },
      ],
    })
    expect(world.jobs).toHaveLength(2)
  })

  test('and nothing that makes no sense is begun', async () => {
    const { world, move } = deployed()
    world.put(old('a'))
    await expect(move({ to: 'gone' })).rejects.toThrow(InvalidJobError)
    await expect(move({ to: 'crm' }, untyped(7))).rejects.toThrow(InvalidJobError)
    await expect(move({ to: 'crm', limit: -1 })).rejects.toThrow(ConfigurationError)
    expect(await move({ to: 'crm' }, 'crm')).toEqual({ moved: 0, skipped: [] })
    expect(idsIn(world)).toEqual(['old|acme a'])
  })
})

describe('a job that a function still serves', () => {
  test('stays while it runs', async () => {
    const { world, move } = deployed()
    world.put(old('a'), old('b'))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    let during: unknown
    world.handler = async () => {
      during = await move({ to: 'crm' })
      return { kind: 'succeeded' }
    }
    await world.work(message)
    const reason = expect.stringContaining('it runs at the moment')
    expect(during).toEqual({ moved: 1, skipped: [{ pk: 'old|acme', sk: old('a').sk, reason }] })
    await world.settle()
    expect(world.ran).toEqual(['a', 'b'])
  })

  test('is not started by a message that comes after it was moved', async () => {
    const { world, move } = deployed()
    world.put(old('a'))
    await world.stream()
    const messages = world.takeWork()
    expect(messages).toHaveLength(1)
    expect(await move({ to: 'crm' })).toEqual({ moved: 1, skipped: [] })
    world.handler = async ({ key }) => ({ kind: key.pk === 'crm|acme' ? 'succeeded' : 'refused', reason: '' })
    await Promise.all(messages.map((message) => world.work(message)))
    await world.settle()
    expect(world.ran).toEqual(['a'])
    expect([world.jobs, world.dead, world.inFlight]).toEqual([[], [], []])
  })

  test('is not started by a worker that has read it before it was moved', async () => {
    const { world, move, operator } = deployed()
    world.put(old('a'))
    await world.stream()
    const { states } = operator.store
    const { start } = states
    let moved: unknown
    Object.assign(states, {
      start: async (...args: Parameters<typeof start>) => {
        moved ??= await move({ to: 'crm' })
        return start(...args)
      },
    })
    await Promise.all(world.takeWork().map((message) => world.work(message)))
    expect([moved, world.ran]).toEqual([{ moved: 1, skipped: [] }, []])
    await world.settle()
    expect(world.ran).toEqual(['a'])
  })

  test('stays if a worker starts it before its claim is taken back', async () => {
    const { world, move, operator } = deployed()
    world.put(old('a'))
    await world.stream()
    const messages = world.takeWork()
    const { states } = operator.store
    const { release } = states
    let finish = () => {}
    world.handler = () => new Promise((done) => (finish = () => done({ kind: 'succeeded' })))
    let running: Promise<unknown> | undefined
    Object.assign(states, {
      release: async (...args: Parameters<typeof release>) => {
        const isFirst = running === undefined
        running ??= Promise.all(messages.map((message) => world.work(message)))
        while (isFirst && world.running.size === 0) await new Promise(setImmediate)
        return release(...args)
      },
    })
    expect((await move({ to: 'crm' })).moved).toBe(0)
    finish()
    await running
    expect([world.ran, world.jobs]).toEqual([['a'], []])
  })

  test('stays if it is claimed and started between the reading and the moving', async () => {
    const { world, move, operator } = deployed()
    world.put(old('a'))
    const { jobs } = operator.store
    const { moveOut } = jobs
    let outcomes: string[] = []
    let finish = () => {}
    world.handler = () => new Promise((done) => (finish = () => done({ kind: 'succeeded' })))
    let running: Promise<unknown> = Promise.resolve()
    Object.assign(jobs, {
      moveOut: async (...args: Parameters<typeof moveOut>) => {
        if (outcomes.length === 0) {
          await world.stream()
          running = Promise.all(world.takeWork().map((message) => world.work(message)))
          while (world.running.size === 0) await new Promise(setImmediate)
        }
        const outcome = await moveOut(...args)
        outcomes = [...outcomes, outcome]
        return outcome
      },
    })
    expect(await move({ to: 'crm' })).toMatchObject({ moved: 0, skipped: [{ sk: old('a').sk }] })
    expect(outcomes).toEqual(['passed'])
    finish()
    await running
    expect([world.ran, world.jobs]).toEqual([['a'], []])
  })

  test('is moved if the attempt that had it is long over, by whatever clock', async () => {
    const { world, move } = deployed()
    world.put(old('a'))
    await world.stream()
    const [message] = world.takeWork()
    if (!message) throw new Error('no message')
    world.handler = () => Promise.reject(new Error('the process dies'))
    await world.work(message).catch(() => {})
    expect(world.inFlight).toEqual(['a'])
    world.now += 10 * 60_000
    expect((await move({ to: 'crm' })).moved).toBe(0)
    world.now += HOUR_MS
    expect(await move({ to: 'crm' })).toEqual({ moved: 1, skipped: [] })
    expect(idsIn(world)).toEqual(['crm|acme a'])
  })
})

describe('nothing is lost and nothing doubled', () => {
  const ids = Array.from({ length: 12 }, (_, n) => `job-${n}`)
  const everywhere = ({ jobs, dead }: World) =>
    [...jobs.map(({ sk }) => sk.split('#')[2]), ...dead.map(({ sk }) => sk.split('#')[3])].toSorted()

  const calls = Array.from({ length: 2 * (1 + 3 + 2 * ids.length) }, (_, n) => n)
  const goals = ['crm', 'dead-letters'].flatMap((to) => calls.map((failing) => [to, failing] as const))
  test.each(goals)('on the way to %s, if the call with the number %i/2 fails', async (to, failing) => {
    const { world, move, operator } = deployed()
    world.put(...ids.map((id, n) => old(id, `c${n % 3}`)))
    let call = 0
    const failOnce = (port: object, names: readonly string[]) => {
      for (const [name, method] of Object.entries(port).filter(([name]) => names.includes(name))) {
        const failing_ = async (...args: unknown[]) => {
          if (call++ === failing) throw new Error('before')
          const outcome = await method(...args)
          if (call++ === failing) throw new Error('after')
          return outcome
        }
        Object.assign(port, { [name]: failing_ })
      }
    }
    failOnce(operator.store.jobs, ['shards', 'range', 'moveOut'])
    failOnce(operator.store.states, ['read'])
    await expect(move({ to })).rejects.toThrow()
    expect(everywhere(world)).toEqual(ids.toSorted())
    expect((await move({ to })).skipped).toEqual([])
    expect(everywhere(world)).toEqual(ids.toSorted())
    expect(world.jobs.every(({ pk }) => pk.startsWith('crm|'))).toBe(true)
  })

  test('if two move simultaneously', async () => {
    const { world, move } = deployed()
    world.put(...ids.map((id, n) => old(id, `c${n % 3}`)))
    const [one, other] = await Promise.all([move({ to: 'crm' }), move({ to: 'crm' })])
    expect(one.moved + other.moved).toBe(ids.length)
    expect(everywhere(world)).toEqual(ids.toSorted())
  })
})
