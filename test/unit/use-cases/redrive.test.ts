import { describe, expect, test } from 'vitest'
import { ConfigurationError, InvalidJobError } from '../../../lib/core/errors.ts'
import { type DeadLetter, deadEvent, deadLetterOf } from '../../../lib/core/job/dead-letter.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import { type ConfigInput, defineConfig } from '../../../lib/core/queue/config.ts'
import { type RedriveOptions, redrive } from '../../../lib/use-cases/operate/redrive.ts'
import { asShard, configOf, jobItem, NOW, sortKey } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'
import { World } from '../../support/world.ts'

const DIED = NOW - 60_000
const letterOf = (item: RawItem, died = DIED) => deadLetterOf(item, 'exhausted', 'Error: no', died)
const eventOf = (detail: object) => ({ id: 'e1', time: '2030-01-31T08:00:00Z', detail })
const CONFIG = configOf({ concurrency: 2, retry: { attempts: 2, backoff: 0 } })

async function worldWith(letters: readonly DeadLetter[], queues?: ConfigInput['queues']): Promise<World> {
  const world = new World(queues ? defineConfig({ queues }) : CONFIG)
  for (const letter of letters) await world.context.store.history.bury(letter)
  return world
}
const redriveIn = (world: World, options?: RedriveOptions, queue = 'crm') =>
  redrive(world.context, queue, options)

describe('a redrive', () => {
  test('puts a job back that is due now and has all its attempts, and its letter is gone', async () => {
    const item = { ...jobItem({ runAt: DIED, attempt: 2, priority: 1 }), note: 'mine', meta: { tenant: 't' } }
    const world = await worldWith([letterOf(item)])
    expect(await redriveIn(world)).toEqual({ redriven: 1, skipped: [] })
    const { attempt: _, ...fresh } = item
    expect(world.jobs).toEqual([{ ...fresh, sk: sortKey({ priority: 1, runAt: NOW }) }])
    expect(world.dead).toEqual([])
    await world.settle()
    expect(world.attempts).toMatchObject([{ attempt: 1 }])
  })

  test('leaves a job its time if that has not come', async () => {
    const world = await worldWith([letterOf(jobItem({ runAt: NOW + 5000 }))])
    await redriveIn(world)
    expect(world.jobs).toEqual([jobItem({ runAt: NOW + 5000 })])
  })

  test('makes the job of an event that was refused', async () => {
    const event = eventOf({ queue: 'mail', task: 'send', payload: { to: 'a' }, delay: '2h' })
    const world = await worldWith(
      [deadEvent({ queue: 'mail', id: 'm1', event }, 'there is no queue "mail"', DIED)],
      {
        mail: { concurrency: 1 },
      },
    )
    expect(await redriveIn(world, {}, 'mail')).toEqual({ redriven: 1, skipped: [] })
    const at = '5#2030-01-31T10:00:00.000Z#e1'
    expect(world.jobs).toEqual([{ pk: 'mail', sk: at, task: 'send', payload: { to: 'a' } }])
  })

  test('takes events and jobs to another queue', async () => {
    const event = eventOf({ queue: 'old', task: 'sync', payload: { customer: 'b' }, partition: 'given' })
    const letters = [
      letterOf(jobItem({ pk: asShard('old|given') })),
      deadEvent({ queue: 'old', id: 'm1', event }, 'no', DIED),
    ]
    const world = await worldWith(letters)
    expect(await redriveIn(world, { to: 'crm' }, 'old')).toEqual({ redriven: 2, skipped: [] })
    expect(world.jobs.map(({ pk }) => pk).toSorted()).toEqual(['crm|acme', 'crm|b'])
    const other = await worldWith(letters, { mail: { concurrency: 1 } })
    expect(await redriveIn(other, { to: 'mail' }, 'old')).toEqual({ redriven: 2, skipped: [] })
    expect(other.jobs.map(({ pk }) => pk)).toEqual(['mail', 'mail'])
  })

  test.each([
    ['only its beginning', letterOf(jobItem({ payload: '"'.repeat(300_000) }))],
    ['only its beginning', { ...letterOf(jobItem()), job: '{"pk":"crm|a' }],
    ['not an event', { ...letterOf(jobItem()), job: '"text"' }],
    ['not an event', { ...letterOf(jobItem()), job: '{"pk":7,"sk":"x"}' }],
    [
      'detail: task',
      deadEvent({ queue: 'crm', id: 'm', event: eventOf({ queue: 'crm', task: 7 }) }, 'no', DIED),
    ],
    ['is not <priority', letterOf({ ...jobItem(), sk: 'x' })],
    ['payload: is missing', letterOf({ pk: 'crm|a', sk: sortKey({}), task: 'sync' })],
    ['the item has a key', { ...letterOf(jobItem()), job: JSON.stringify({ ...jobItem(), '': 1 }) }],
  ])('leaves what still cannot run where it is, and says why: %s', async (why, letter) => {
    const world = await worldWith([letter])
    expect(await redriveIn(world)).toEqual({
      redriven: 0,
      skipped: [{ letter, reason: expect.stringContaining(why) }],
    })
    expect([world.dead, world.jobs]).toEqual([[letter], []])
  })

  test('takes the letters that are asked for, oldest first, and no more than that', async () => {
    const letters = Array.from({ length: 60 }, (_, n) => letterOf(jobItem({ id: `job-${n}` }), DIED + n))
    const world = await worldWith(letters)
    const progress: number[] = []
    const isEven = ({ job }: DeadLetter) => /job-\d*[02468]"/.test(job)
    const onProgress = ({ redriven }: { redriven: number }) => progress.push(redriven)
    expect(await redriveIn(world, { where: isEven, limit: 20, onProgress })).toEqual({
      redriven: 20,
      skipped: [],
    })
    const ids = world.jobs.map(({ sk }) => Number(sk.split('job-')[1])).toSorted((a, b) => a - b)
    expect(ids).toEqual(Array.from({ length: 20 }, (_, n) => 2 * n))
    expect(progress).toEqual([8, 16, 20])
    expect(await redriveIn(world, { limit: 0 })).toEqual({ redriven: 0, skipped: [] })
  })

  test('does not take up again what dies meanwhile', async () => {
    const wave = Array.from({ length: 300 }, (_, n) => letterOf(jobItem({ id: `job-${n}` }), DIED + n))
    const world = await worldWith(wave)
    const { bury } = world.context.store.history
    let again = 0
    const onProgress = () => void bury(letterOf(jobItem({ id: `again-${again}` }), world.now + again++))
    expect(await redriveIn(world, { onProgress })).toEqual({ redriven: 300, skipped: [] })
    expect(world.dead).toHaveLength(again)
  })

  test('puts twins side by side', async () => {
    const twins = ['a', 'b', 'c'].map((note) => letterOf({ ...jobItem({ runAt: DIED }), note }))
    const world = await worldWith(twins)
    expect(await redriveIn(world)).toEqual({ redriven: 3, skipped: [] })
    expect(world.jobs.map(({ sk }) => sk).toSorted()).toEqual(
      [0, 1, 2].map((n) => sortKey({ runAt: NOW + n })),
    )
  })

  test('waits where DynamoDB is busy, and in the end leaves the letter', async () => {
    const world = await worldWith([letterOf(jobItem())])
    const { history } = world.context.store
    const { putBack } = history
    let busy = 3
    Object.assign(history, {
      putBack: async (...args: Parameters<typeof putBack>) => (busy-- > 0 ? 'busy' : putBack(...args)),
    })
    expect(await redriveIn(world)).toEqual({ redriven: 1, skipped: [] })
    await history.bury(letterOf(jobItem({ id: 'other' })))
    busy = 1000
    expect(await redriveIn(world)).toMatchObject({
      redriven: 0,
      skipped: [{ reason: expect.stringContaining('no room') }],
    })
  })

  test('refuses what makes no sense before it reads anything', async () => {
    const world = await worldWith([letterOf(jobItem())])
    await expect(redriveIn(world, {}, 'gone')).rejects.toThrow(InvalidJobError)
    await expect(redriveIn(world, { to: 'gone' })).rejects.toThrow('there is no queue "gone"')
    for (const limit of [-1, 0.5, Number.NaN, untyped('7')])
      await expect(redriveIn(world, { limit })).rejects.toThrow(ConfigurationError)
    expect(world.dead).toHaveLength(1)
  })
})

describe('nothing is lost and nothing doubled', () => {
  const ids = Array.from({ length: 20 }, (_, n) => `job-${n}`)
  const letters = ids.map((id, n) => letterOf(jobItem({ id }), DIED + n))
  const everywhere = ({ jobs, dead }: World) =>
    [...jobs.map(({ sk }) => sk.split('#')[2]), ...dead.map(({ sk }) => sk.split('#')[3])].toSorted()

  // Before or after the effect of each call: the process dies, or only the reply is lost.
  const calls = Array.from({ length: 2 * (17 + ids.length) }, (_, n) => n)
  test.each(calls)('if the call with the number %i/2 fails and somebody does it again', async (failing) => {
    const world = await worldWith(letters)
    const { history } = world.context.store
    let call = 0
    for (const name of ['letters', 'putBack'] as const) {
      const method = history[name] as (...args: unknown[]) => Promise<unknown>
      const failingMethod = async (...args: unknown[]) => {
        if (call++ === failing) throw new Error('before')
        const outcome = await method(...args)
        if (call++ === failing) throw new Error('after')
        return outcome
      }
      Object.assign(history, { [name]: failingMethod })
    }
    await expect(redriveIn(world)).rejects.toThrow()
    expect(everywhere(world)).toEqual(ids.toSorted())
    expect((await redriveIn(world)).skipped).toEqual([])
    expect(world.dead).toEqual([])
    expect(everywhere(world)).toEqual(ids.toSorted())
  })

  test('if two do it simultaneously', async () => {
    const world = await worldWith(letters)
    const [one, other] = await Promise.all([redriveIn(world), redriveIn(world)])
    expect(one.redriven + other.redriven).toBe(ids.length)
    expect(everywhere(world)).toEqual(ids.toSorted())
  })
})
