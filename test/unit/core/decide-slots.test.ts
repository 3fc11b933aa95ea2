import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { formatSortKey } from '../../../lib/core/keys.ts'
import { startsInWindow, startTimes } from '../../../lib/core/limits/window.ts'
import { decide } from '../../../lib/core/pass/decide.ts'
import { emptyState, isRunning, positionOf } from '../../../lib/core/shard/state.ts'
import { asToken, configOf, jobItem, jobOf, NOW, READS_ALL, SHARD } from '../../support/builders.ts'
import { passInput } from '../../support/decide-input.ts'
import { staying } from '../../support/staying.ts'

fc.configureGlobal({ numRuns: 300 })

describe('a decision', () => {
  test.prop([passInput])('never takes more slots than there are', (input) => {
    const live = staying(input()).length
    const { claims } = decide(input())
    if (claims.length > 0) expect(live + claims.length).toBeLessThanOrEqual(input().limits.slots)
  })

  test.prop([passInput])(
    'never takes more starts than the window has, with those of waiting claims',
    (input) => {
      const { limits, state } = input()
      const { rateLimit } = limits
      const { claims } = decide(input())
      if (!rateLimit) return
      const reserved = staying(input()).filter(([, slot]) => !isRunning(slot)).length
      for (const [before, { startAt }] of claims.entries()) {
        const starts = startsInWindow(state.window, rateLimit, startAt)
        expect(starts + reserved + before + 1).toBeLessThanOrEqual(rateLimit.allowed)
      }
    },
  )

  test.prop([passInput])('takes a slot for each claim, with a token of its own', (input) => {
    const { claims, change } = decide(input())
    expect(Object.keys(change.take).sort()).toEqual(claims.map(({ job }) => job.id).sort())
    for (const { job, slot } of claims) {
      expect(change.take[job.id]).toEqual(slot)
      expect(positionOf(job.id, slot)).toEqual({ id: job.id, priority: job.priority, runAt: job.runAt })
    }
    expect(new Set(claims.map(({ slot }) => slot.token)).size).toBe(claims.length)
  })

  test.prop([passInput])(
    'takes the first jobs in order that nothing but a lack of room holds back',
    (input) => {
      const inFlight = new Set(staying(input()).map(([id]) => id))
      const free = input().due.filter(({ id }) => !inFlight.has(id) && inFlight.add(id))
      const { claims } = decide(input())
      expect(claims.map(({ job }) => job.key.sk)).toEqual(
        free.slice(0, claims.length).map(({ key }) => key.sk),
      )
    },
  )

  test.prop([passInput])('takes as many as there is room for', (input) => {
    const { limits, state, due, now } = input()
    const inFlight = new Set(staying(input()).map(([id]) => id))
    const claimed = staying(input()).filter(([, slot]) => !isRunning(slot)).length
    const room = limits.slots - inFlight.size
    const rate = limits.rateLimit
    const starts = rate ? startTimes(state.window, rate, { reserved: claimed, now, most: 1000 }).length : room
    const free = due.filter(({ id }) => !inFlight.has(id) && inFlight.add(id)).length
    expect(decide(input()).claims.length).toBe(Math.max(0, Math.min(room, starts, free)))
  })

  test.prop([passInput])('never takes a job that is in flight, nor one id twice', (input) => {
    const inFlight = staying(input()).map(([id]) => id)
    const taken = decide(input()).claims.map(({ job }) => job.id)
    for (const id of taken) expect(inFlight).not.toContain(id)
    expect(new Set(taken).size).toBe(taken.length)
  })

  test.prop([passInput])('drops exactly what was recovered or given back', (input) => {
    const stays = staying(input()).map(([id]) => id)
    const { drop } = decide(input()).change
    expect([...drop, ...stays].sort()).toEqual(Object.keys(input().state.slots).sort())
  })

  test.prop([passInput])(
    'sends again what was sent a minute ago and has not started, with its token',
    (input) => {
      const { now } = input()
      const late = staying(input()).filter(([, slot]) => !isRunning(slot) && slot.sentAt <= now - 60_000)
      expect(decide(input()).change.resend).toEqual(late.map(([id, { token }]) => ({ id, token })))
    },
  )

  test.prop([passInput])('lets the worker run the first job itself, and counts its start', (input) => {
    const { runUntil } = input()
    const { claims, change } = decide(input())
    const own = claims.filter(({ slot }) => isRunning(slot))
    expect(own).toEqual(runUntil === undefined ? [] : claims.slice(0, 1))
    expect(change.start !== undefined).toBe(own.length > 0)
    if (change.start !== undefined) expect(Number(change.start)).toBeGreaterThanOrEqual(input().now)
    for (const { slot } of own) expect(slot).toMatchObject({ deadline: runUntil })
  })

  test.prop([passInput])('never counts a start in a bucket that it forgets', (input) => {
    const { start, forget } = decide(input()).change
    if (start !== undefined) expect(forget).not.toContain(start)
  })

  test('counts a start in the bucket that ends this very moment, without forgetting it', () => {
    const { change } = decide({
      state: { ...emptyState(SHARD), initialised: true, window: { [NOW]: 1 } },
      due: [jobOf(configOf({}), jobItem())],
      more: false,
      reading: READS_ALL,
      limits: { slots: 1 },
      now: NOW,
      newToken: () => asToken('t'),
      recovered: new Set(),
      runUntil: NOW + 1,
    })
    expect(change).toMatchObject({ start: String(NOW), forget: [] })
  })

  test.prop([passInput])('forgets only what no longer counts', (input) => {
    const { limits, now } = input()
    for (const end of decide(input()).change.forget) {
      if (limits.rateLimit) expect(Number(end) + limits.rateLimit.period_ms).toBeLessThanOrEqual(now)
    }
  })

  test.prop([passInput])('is the same for the same input, which it leaves alone', (input) => {
    const given = input()
    const before = structuredClone({ ...given, newToken: undefined })
    expect(decide(given)).toEqual(decide(input()))
    expect({ ...given, newToken: undefined }).toEqual(before)
  })

  test.prop([passInput])('knows a job in flight by its whole key: a twin waits', (input) => {
    const holders = new Map(staying(input()).map(([id, slot]) => [id, formatSortKey(positionOf(id, slot))]))
    const twins = input().due.filter(({ id, key }) => holders.has(id) && holders.get(id) !== key.sk)
    if (twins.length > 0) expect(decide(input()).change.waiting).toBe(true)
  })
})

test('while the partition is paused nothing is forgotten, and afterwards all that is over', () => {
  const rateLimit = { allowed: 5, period_ms: 1000, margin_ms: 0 }
  const input = {
    state: { ...emptyState(SHARD), initialised: true, version: 1, window: { [NOW - 5000]: 3 } },
    due: [],
    more: false,
    reading: READS_ALL,
    now: NOW,
    recovered: new Set<never>(),
    newToken: () => asToken('t'),
  }
  const over = [String(NOW - 5000)]
  expect(decide({ ...input, limits: { slots: 0, isPaused: true, rateLimit } }).change.forget).toEqual([])
  expect(decide({ ...input, limits: { slots: 0, rateLimit } }).change.forget).toEqual(over)
  expect(decide({ ...input, limits: { slots: 1, rateLimit } }).change.forget).toEqual(over)
})
