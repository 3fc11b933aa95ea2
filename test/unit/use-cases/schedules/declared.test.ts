/** The schedules that a configuration declares are made, changed and removed as a set. */
import { describe, expect, test } from 'vitest'
import { defineConfig } from '../../../../lib/core/queue/config.ts'
import type { SchedulesInput } from '../../../../lib/core/schedule/config-input.ts'
import { definitionOf } from '../../../../lib/core/schedule/definition-of.ts'
import { applyDeclared } from '../../../../lib/use-cases/schedules/apply-declared.ts'
import { pauseSchedule } from '../../../../lib/use-cases/schedules/pause-schedule.ts'
import { putSchedule } from '../../../../lib/use-cases/schedules/put-schedule.ts'
import { removeSchedule } from '../../../../lib/use-cases/schedules/remove-schedule.ts'
import { NOW, value } from '../../../support/builders.ts'
import { World } from '../../../support/world.ts'
import { HOUR_MS, MINUTE_MS, minutes, ranAt, standing } from './scheduled.ts'

type Declared = NonNullable<SchedulesInput['declared']>

const one = { task: 'sync', queue: 'crm', payload: { customer: 'acme' } }
const FIRST: Declared = { daily: { ...one, cron: '0 9 * * *' }, often: { ...one, every: '1h' } }

const configWith = (declared: Declared) =>
  defineConfig({
    queues: { crm: { partition: { payload: 'customer' }, concurrency: 10 } },
    schedules: { partitions: 1, declared },
  })

/** As a deploy of this set; its hash is its text. */
function deploy(world: World, declared: Declared, part: Partial<World['context']> = {}) {
  const context = { ...world.context, config: configWith(declared), ...part }
  return applyDeclared(context, JSON.stringify(declared))
}
const names = async (world: World): Promise<string[]> =>
  (await world.context.store.schedules.scan()).schedules.map((item) => String(item['name'])).toSorted()

const worldWith = async (declared: Declared): Promise<World> => {
  const world = new World(configWith(declared))
  expect(await deploy(world, declared)).toBe('applied')
  return world
}
const dynamic = (world: World, name: string) =>
  putSchedule(
    world.context,
    value(
      definitionOf(world.context.config, { ...one, name, rule: { every: '1h' }, options: {} }, world.now),
    ),
    false,
  )

describe('a deploy', () => {
  test('makes them, and they fire', async () => {
    const world = await worldWith({ often: { ...one, every: '1m' } })
    expect(await standing(world, 'often')).toMatchObject({ declared: true, createdAt: NOW, partition: 0 })
    await minutes(world, 2)
    expect(ranAt(world)).toEqual([MINUTE_MS, 2 * MINUTE_MS])
  })

  test('changes, makes and removes them, and what has become of the others stays', async () => {
    const world = await worldWith(FIRST)
    await dynamic(world, 'own')
    await pauseSchedule(world.context, { task: 'sync', name: 'often' }, { by: 'ann' })
    world.now += 90 * MINUTE_MS
    const before = await standing(world, 'often')
    const next = { often: { ...FIRST['often'], payload: { customer: 'other' } }, third: { ...one, at: NOW } }
    expect(await deploy(world, next as Declared)).toBe('applied')
    expect(await names(world)).toEqual(['often', 'own', 'third'])
    expect(await standing(world, 'often')).toMatchObject({
      payload: { customer: 'other' },
      ...{ pause: before?.pause, createdAt: NOW },
    })
  })

  test('that changes nothing writes nothing, and costs one read', async () => {
    const world = await worldWith(FIRST)
    const { schedules } = world.context.store
    const calls: string[] = []
    for (const verb of ['put', 'remove', 'get', 'scan'] as const) {
      const real = schedules[verb] as (...call: unknown[]) => Promise<unknown>
      const counted = (...call: unknown[]) => {
        calls.push(verb)
        return real(...call)
      }
      Object.assign(schedules, { [verb]: counted })
    }
    expect(await deploy(world, FIRST)).toBe('applied before')
    expect(calls).toEqual([])
    expect(await applyDeclared({ ...world.context, config: configWith(FIRST) }, 'another')).toBe('applied')
    expect(calls.toSorted()).toEqual(['get', 'get'])
  })

  test('goes back to what was, when it is rolled back', async () => {
    const world = await worldWith(FIRST)
    await deploy(world, {})
    expect(await names(world)).toEqual([])
    await deploy(world, FIRST)
    expect(await names(world)).toEqual(['daily', 'often'])
  })

  test('has a one-time fire once, however often it is applied', async () => {
    const once: Declared = { once: { ...one, at: new Date(NOW + 10_000) } }
    const world = await worldWith(once)
    await minutes(world, 1)
    await deploy(world, { ...once, ...FIRST })
    await minutes(world, 1)
    expect(ranAt(world)).toEqual([10_000])
  })

  test('waits for no job that runs, and takes back what is not due', async () => {
    const world = await worldWith({ often: { ...one, every: '1m' } })
    await world.tick()
    await world.live(1)
    expect(world.jobs).toHaveLength(1)
    world.now += MINUTE_MS
    await deploy(world, {})
    expect([world.jobs.length, await names(world)]).toEqual([1, []])
  })
})

describe('names that both have', () => {
  test('what somebody has scheduled at run time is left alone, and the deploy says so', async () => {
    const world = new World(configWith(FIRST))
    await dynamic(world, 'daily')
    const before = await standing(world, 'daily')
    expect(await deploy(world, FIRST)).toBe('applied')
    expect(await standing(world, 'daily')).toEqual(before)
    expect(world.heard('declared schedule refused')).toMatchObject([
      { schedule: 'sync|daily', reason: expect.stringContaining('at run time') },
    ])
    await deploy(world, {})
    expect(await names(world)).toEqual(['daily'])
  })

  test('what is declared is changed by nobody else', async () => {
    const world = await worldWith(FIRST)
    const refused = { name: 'DeclaredScheduleError' }
    await expect(dynamic(world, 'daily')).rejects.toMatchObject(refused)
    const parts = { task: 'sync', name: 'daily' }
    const removal = { isForced: true, isDeclared: false }
    await expect(removeSchedule(world.context, parts, removal)).rejects.toMatchObject(refused)
    expect(await names(world)).toEqual(['daily', 'often'])
  })

  /** `defineConfig` refuses it: another version of the functions, say, may have taken it. */
  test('what no job can be made of is told, and the others are applied', async () => {
    const world = new World(configWith(FIRST))
    const config = configWith(FIRST)
    const odd = { ...one, name: 'odd', rule: { every: '1h' }, payload: {}, options: {} }
    const schedules = { ...config.schedules, declared: [odd, ...config.schedules.declared] }
    expect(await deploy(world, FIRST, { config: { ...config, schedules } })).toBe('applied')
    expect(world.heard('declared schedule refused')).toMatchObject([{ schedule: 'sync|odd' }])
    expect(await names(world)).toEqual(['daily', 'often'])
  })
})

describe('two deploys, and crashes', () => {
  test('nothing is applied while another configuration may be in force', async () => {
    const world = new World(configWith(FIRST))
    world.isAlone = false
    expect(await deploy(world, FIRST)).toBe('left')
    expect(await names(world)).toEqual([])
    expect(await world.context.store.schedules.declared()).toBeUndefined()
  })

  test('who notices a deploy amid its set stops, and the next one has the word', async () => {
    const world = new World(configWith(FIRST))
    let looks = 0
    const deployment = { ...world.context.deployment, isAlone: async () => ++looks <= 2 }
    expect(await deploy(world, FIRST, { deployment })).toBe('left')
    expect(await names(world)).toHaveLength(1)
    await deploy(world, { third: { ...one, every: '1h' } })
    expect(await names(world)).toEqual(['third'])
  })

  test('of two who apply a set simultaneously one does, or both do', async () => {
    const world = new World(configWith(FIRST))
    const outcomes = await Promise.all([deploy(world, FIRST), deploy(world, FIRST)])
    expect(outcomes).toContain('applied')
    expect(await names(world)).toEqual(['daily', 'often'])
  })

  test.each(['saveDeclared', 'put', 'remove'] as const)(
    'who dies at %s is followed by another',
    async (verb) => {
      for (const die of [1, 2]) {
        const world = await worldWith(FIRST)
        const { schedules } = world.context.store
        const real = schedules[verb] as (...call: unknown[]) => Promise<unknown>
        let left = die
        Object.assign(schedules, {
          [verb]: async (...call: unknown[]) => {
            if (--left === 0) throw new Error('died')
            return real(...call)
          },
        })
        const next: Declared = { third: { ...one, every: '1h' }, fourth: { ...one, every: '2h' } }
        await expect(deploy(world, next)).rejects.toThrow('died')
        expect(await deploy(world, next)).toBe('applied')
        expect(await names(world)).toEqual(['fourth', 'third'])
      }
    },
  )

  test('a note that is lost is written anew, from what stands there', async () => {
    const world = await worldWith(FIRST)
    await dynamic(world, 'own')
    delete world.tables.declaredSchedules
    await deploy(world, { third: { ...one, every: HOUR_MS } })
    expect(await names(world)).toEqual(['own', 'third'])
  })
})
