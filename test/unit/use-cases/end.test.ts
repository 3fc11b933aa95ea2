/** What becomes of a job is written once and told once. */

import { describe, expect, test } from 'vitest'
import { ItemCollection } from '../../../lib/adapters/memory/item-collection.ts'
import type { Ending } from '../../../lib/core/job/ending.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import { end, refuse } from '../../../lib/use-cases/end.ts'
import { configOf, jobItem, jobOf, NOW, sortKey } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = configOf({ concurrency: 1 })
const item = jobItem({ id: 'a' })
const job = jobOf(CONFIG, item)
const at = NOW + 1000
const ENDINGS: readonly (readonly [string, Exclude<Ending, { reason: 'refused' } | { kind: 'slowed' }>])[] = [
  ['done', { kind: 'done' }],
  ['retry', { kind: 'retry', at, error: 'no' }],
  ['given back', { kind: 'given back', to: 'a newer worker', unknownSince: NOW, at, error: 'no' }],
  ['to run alone', { kind: 'given back', to: 'a process of its own', at, error: 'no' }],
  ['dead', { kind: 'dead', reason: 'exhausted', error: 'no' }],
]
const REFUSED = { kind: 'dead', reason: 'refused', error: 'no' } as const

const worldWith = (...items: readonly RawItem[]): World => {
  const world = new World(CONFIG)
  world.put(...items)
  return world
}

describe.each(ENDINGS)('%s', (_name, ending) => {
  test('is written, and told once', async () => {
    const world = worldWith(item)
    expect(await end(world.context, job, ending)).toBe('ended')
    expect(world.jobs.some(({ sk }) => sk === item.sk)).toBe(false)
    expect(world.happened).toEqual([{ kind: 'job ended', job, ending, endedAt: NOW }])
  })

  test.each([
    ['is gone', [], 'gone'],
    ['was replaced', [{ ...item, task: 'other' }], 'changed'],
  ] as const)('of a job that %s writes nothing and tells nothing', async (_what, items, outcome) => {
    const world = worldWith(...items)
    expect(await end(world.context, job, ending)).toBe(outcome)
    expect([world.jobs, world.dead, world.happened]).toEqual([items, [], []])
  })

  test('that cannot be written is told with what it would have been, and comes to the caller', async () => {
    const world = worldWith(item)
    const error = new Error('throttled')
    const fails = () => Promise.reject(error)
    Object.assign(world.context.store.jobs, { remove: fails, replace: fails, bury: fails })
    await expect(end(world.context, job, ending)).rejects.toBe(error)
    expect(world.happened).toEqual([{ kind: 'job not ended', job, ending, error }])
  })
})

test('a job whose next key is taken comes back a millisecond later', async () => {
  const twins = [at, at + 1].map((runAt) => ({ ...jobItem({ id: 'a', runAt }), note: 'twin' }))
  const world = worldWith(item, ...twins)
  expect(await end(world.context, job, { kind: 'retry', at, error: 'no' })).toBe('ended')
  expect(world.jobs.map(({ sk, attempt }) => [sk, attempt])).toEqual([
    [sortKey({ id: 'a', runAt: at }), undefined],
    [sortKey({ id: 'a', runAt: at + 1 }), undefined],
    [sortKey({ id: 'a', runAt: at + 2 }), 2],
  ])
})

describe('a refusal', () => {
  const told = { kind: 'item refused', key: { pk: item.pk, sk: item.sk }, reason: 'no' }

  test('is the same for a job and for an item that is none', async () => {
    const [one, other] = [worldWith(item), worldWith(item)]
    expect(await end(one.context, job, REFUSED)).toBe('ended')
    expect(await refuse(other.context, item, 'no')).toBe('ended')
    expect(one.dead).toEqual(other.dead)
    expect([one.happened, other.happened]).toEqual([[told], [told]])
  })

  test('of an item that was corrected meanwhile tells nothing', async () => {
    const world = worldWith({ ...item, payload: 'corrected' })
    expect(await refuse(world.context, item, 'no')).toBe('changed')
    expect([world.dead, world.happened]).toEqual([[], []])
  })
})

describe('a job that its worker cannot end', () => {
  test.each([
    ['because it was replaced', 'job replaced', [jobItem({ id: 'a', task: 'other' })]],
    ['because it was taken away', 'job gone', []],
  ] as const)('%s is told with what it came to', async (_why, kind, items) => {
    const world = worldWith(item)
    world.handler = async () => {
      world.tables.jobs.set(
        item.pk,
        items.reduce((all, one) => all.set(one.sk, one), new ItemCollection()),
      )
      world.handler = async () => ({ kind: 'succeeded' })
      return { kind: 'failed', error: 'Error: no' }
    }
    await world.settle()
    expect(world.heard(kind)).toMatchObject([{ job: { id: 'a' }, ending: { error: 'Error: no' } }])
  })
})
