import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { windowReopensAt } from '../../../lib/core/limits/window.ts'
import { type Decision, decide, type PassInput } from '../../../lib/core/pass/decide.ts'
import { applied } from '../../support/apply.ts'
import { asToken, configOf, jobItem, jobOf, NOW, READS_ALL, SHARD } from '../../support/builders.ts'
import { passInput } from '../../support/decide-input.ts'
import { staying } from '../../support/staying.ts'

/** The wake-up that was arranged by an earlier pass and is still to come. */
const armed = ({ state, wokenFor, now }: PassInput): number | undefined =>
  state.dueAt !== undefined && state.dueAt > now && state.dueAt !== wokenFor ? state.dueAt : undefined

/** Due jobs that neither are in flight nor were taken, twins aside. */
function leftOver(input: PassInput, { claims }: Decision): number {
  const known = new Set(staying(input).map(([id]) => id))
  const candidates = input.due.filter(({ id }) => !known.has(id) && known.add(id)).length
  return candidates - claims.length + (input.more ? 1 : 0)
}

function hasTwins(input: PassInput): boolean {
  const known = new Map(staying(input).map(([id, slot]) => [id as string, slot.runAt * 10 + slot.priority]))
  return input.due.some(({ id, runAt, priority }) => {
    const place = runAt * 10 + priority
    const holder = known.get(id) ?? place
    known.set(id, holder)
    return holder !== place
  })
}

fc.configureGlobal({ numRuns: 300 })

describe('after a decision', () => {
  test.prop([passInput])(
    '`waiting` is set exactly when jobs are left for want of a slot, or twins',
    (make) => {
      const input = make()
      const decision = decide(make())
      const full = staying(input).length + decision.claims.length >= input.limits.slots
      const wants = leftOver(input, decision) > 0 && full
      expect(decision.change.waiting).toBe(wants || hasTwins(input))
    },
  )

  test.prop([passInput])('somebody will look again where anything is left or comes later', (make) => {
    const input = make()
    const decision = decide(make())
    const { waiting, dueAt } = decision.change
    if (leftOver(input, decision) > 0) expect(waiting || dueAt !== undefined).toBe(true)
    if (input.nextDueAt !== undefined) expect(dueAt).toBeLessThanOrEqual(input.nextDueAt)
  })

  test.prop([passInput])(
    'what the rate holds back is looked at when the window reopens, or before',
    (make) => {
      const input = make()
      const decision = decide(make())
      const { state, limits, now } = input
      if (leftOver(input, decision) === 0 || decision.change.waiting || !limits.rateLimit) return
      expect(decision.change.dueAt).toBeLessThanOrEqual(windowReopensAt(state.window, limits.rateLimit, now))
    },
  )

  test.prop([passInput])('an earlier wake-up on its way is kept, and none is arranged beside it', (make) => {
    const { change, wake } = decide(make())
    const kept = armed(make())
    if (kept === undefined) return
    expect(change.dueAt).toBeLessThanOrEqual(kept)
    if (change.dueAt === kept) expect(wake).toBeUndefined()
  })

  test.prop([passInput])('a wake-up is arranged for every new dueAt, a used-up one included', (make) => {
    const { change, wake } = decide(make())
    if (change.dueAt !== armed(make())) expect(wake?.at).toBe(change.dueAt)
  })

  test.prop([passInput])('nothing to wait for means no dueAt', (make) => {
    const input = make()
    const decision = decide(make())
    if (leftOver(input, decision) > 0 || input.nextDueAt !== undefined) return
    expect(decision.change.dueAt).toBe(armed(input))
  })

  test.prop([passInput])('no change means that writing it would change nothing', (make) => {
    const input = make()
    const { changed, change } = decide(make())
    // Starts are forgotten, and what holds jobs is noted, in writes that are made anyway.
    const { held: _before, ...before } = { ...input.state, window: {} }
    const { held: _after, ...after } = { ...applied(input.state, change), window: {} }
    if (!changed) expect(after).toEqual(before)
    else expect(after).not.toEqual(before)
  })

  test.prop([passInput])('a second one immediately after it finds nothing to do', (make) => {
    const { wokenFor: _woken, released: _released, runUntil: _until, ...input } = make()
    const first = decide(make())
    const state = applied(input.state, first.change)
    const taken = new Set(first.claims.map(({ job }) => job.key.sk))
    const second = decide({ ...input, state, recovered: new Set() })
    expect(second.claims).toEqual([])
    expect(second.change.resend).toEqual([])
    expect(taken.size).toBe(first.claims.length)
  })

  test('without a slot, a throttled shard looks when its throttle lets one start: it has asked for none meanwhile', () => {
    const throttle = {
      stretch: 8,
      rate: { allowed: 1, period_ms: 4000, margin_ms: 0 },
      allowedInAll: 1,
      easesAt: NOW + 60_000,
    }
    const due = [jobOf(configOf({}), jobItem())]
    const state = { shard: SHARD, initialised: true, version: 1, slots: {}, waiting: true }
    const input: PassInput = {
      state: { ...state, window: { [NOW - 1000]: 1 } },
      due,
      more: false,
      reading: READS_ALL,
      limits: { slots: 0, throttle },
      now: NOW,
      newToken: () => asToken('new'),
      recovered: new Set(),
    }
    const { change, holds } = decide(input)
    expect(holds.map(({ reason }) => reason)).toEqual(['slots', 'throttled'])
    expect(change.dueAt).toBeGreaterThan(NOW)
    expect(change.dueAt).toBeLessThanOrEqual(NOW + 4000)
  })
})
