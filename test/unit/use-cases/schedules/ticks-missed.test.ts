/** Ticks that come late, twice, or for an hour not at all: the policy of missed ticks decides what becomes of them. */
import { describe, expect, test } from 'vitest'
import { NOW } from '../../../support/builders.ts'
import { HOUR_MS, MINUTE_MS, minutes, ranAt, standing, worldWith } from './scheduled.ts'

const EACH_10_MINUTES = { kind: 'cron', cron: '*/10 * * * *', timeZone: 'UTC' } as const

test('a tick that is late by less than half a minute delays no job', async () => {
  const world = await worldWith()
  await minutes(world, 1)
  await world.live(25_000)
  await minutes(world, 2)
  expect(ranAt(world)).toEqual([1, 2, 3].map((n) => n * MINUTE_MS))
})

test('so does one that is late by 45 s, if nothing is due in between', async () => {
  const world = await worldWith()
  await minutes(world, 1)
  await world.live(45_000)
  await minutes(world, 2)
  expect(ranAt(world)).toEqual([MINUTE_MS, 2 * MINUTE_MS, 3 * MINUTE_MS])
})

describe('when no tick has come for an hour', () => {
  const worldAfter = async (missed: 'all' | 'one' | 'skip', catchUp_ms = 2 * HOUR_MS) => {
    const world = await worldWith({ rule: EACH_10_MINUTES, options: { missed, catchUp_ms } })
    await world.live(HOUR_MS + 5 * MINUTE_MS)
    expect(world.attempts).toEqual([])
    const seen: number[] = []
    world.handler = async ({ schedule }) => {
      seen.push(((schedule?.at ?? 0) - NOW) / MINUTE_MS)
      return { kind: 'succeeded' }
    }
    await minutes(world, 10)
    return { world, seen: seen.toSorted((a, b) => a - b) }
  }

  test('all of them make their jobs', async () => {
    expect((await worldAfter('all')).seen).toEqual([10, 20, 30, 40, 50, 60, 70])
  })

  test('as far back as it catches up', async () => {
    const { world, seen } = await worldAfter('all', 30 * MINUTE_MS)
    expect(seen).toEqual([40, 50, 60, 70])
    expect(world.heard('ticks skipped')).toMatchObject([
      { why: 'missed', skipped: { from: NOW + 10 * MINUTE_MS, to: NOW + 30 * MINUTE_MS } },
    ])
  })

  test('the last one alone does', async () => {
    expect((await worldAfter('one')).seen).toEqual([60, 70])
  })

  test('none does', async () => {
    const { world, seen } = await worldAfter('skip')
    expect(seen).toEqual([70])
    expect(world.heard('ticks skipped')).toHaveLength(1)
  })

  test('a schedule with thousands of them goes on in steps, and is done', async () => {
    const rule = { kind: 'every', every_ms: 1000, from: NOW } as const
    const world = await worldWith({ rule, options: { missed: 'all', catchUp_ms: HOUR_MS } })
    await world.live(10 * MINUTE_MS)
    await minutes(world, 1)
    expect((await standing(world))?.nextAt).toBeGreaterThan(world.now)
    expect(world.attempts.length).toBeGreaterThanOrEqual(10 * 60)
    expect(new Set(world.ran).size).toBe(world.attempts.length)
  })
})

test('a one-time of the past fires now, and is gone when it has succeeded', async () => {
  const world = await worldWith({ rule: { kind: 'at', at: NOW - HOUR_MS }, options: { missed: 'skip' } })
  await minutes(world, 1)
  expect(world.attempts).toHaveLength(1)
  expect(await standing(world)).toBeUndefined()
})
