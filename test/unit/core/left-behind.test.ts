import { describe, expect, test } from 'vitest'
import type { ShardLimits } from '../../../lib/core/limits/limits.ts'
import { isLeftBehind, isLookedAfter } from '../../../lib/core/shard/left-behind.ts'
import { emptyState, type ShardGlance } from '../../../lib/core/shard/state.ts'
import { claimed, NOW, running, SHARD, sortKey } from '../../support/builders.ts'

const LIMITS: ShardLimits = { slots: 2 }
const PAUSED: ShardLimits = { slots: 0, isPaused: true }
const state = (part: Partial<ShardGlance> = {}): ShardGlance => ({ ...emptyState(SHARD), ...part })
const MINUTE = 60_000

describe('a shard is left behind', () => {
  test.each<[string, Partial<ShardGlance>, boolean, ShardLimits?]>([
    ['not when it is idle', {}, false],
    ['when an attempt is dead', { slots: { a: running('t', NOW) } }, true],
    ['not when it runs', { slots: { a: running('t', NOW + 1) } }, false],
    ['when a claim was not started for a minute', { slots: { a: claimed('t', NOW - MINUTE) } }, true],
    ['not when a claim is young', { slots: { a: claimed('t', NOW - MINUTE + 1) } }, false],
    ['when a wake-up is half a minute late', { dueAt: NOW - 30_000 }, true],
    ['not when a wake-up is a little late', { dueAt: NOW - 29_999 }, false],
    ['when jobs wait beside a free slot', { waiting: true, slots: { a: running('t') } }, true],
    ['not when all slots are taken', { waiting: true, slots: { a: running('t'), b: running('u') } }, false],
    ['not when it is paused', { waiting: true }, false, PAUSED],
    ['when its override would go with the item', { override: { concurrency: 1 }, expiresAt: 1 }, true],
    ['when a senseless override would go with it', { overrideProblem: 'x', expiresAt: 1 }, true],
    ['not when it has an override', { override: { concurrency: 1 } }, false],
    ['not when the idle item will go', { expiresAt: 1 }, false],
  ])('%s', (_what, part, expected, limits = LIMITS) => {
    expect(isLeftBehind(state(part), limits, NOW)).toBe(expected)
  })
})

describe('jobs are looked after', () => {
  const due = sortKey({ id: 'due', runAt: NOW - MINUTE })
  const later = sortKey({ id: 'later', runAt: NOW + 60 * MINUTE })
  const inFlight = { due: { ...running('t'), runAt: NOW - MINUTE } }
  const amid = sortKey({ id: 'amid', runAt: NOW - 2 * MINUTE })
  const around = { b: { ...running('t'), runAt: NOW - 3 * MINUTE }, ...inFlight }
  const someone = { other: running('t') }

  test.each<[string, readonly string[], Partial<ShardGlance> | undefined, boolean, ShardLimits?]>([
    ['not without a state item', [due], undefined, false],
    ['not when nothing speaks of them', [due], {}, false],
    ['in flight', [due], { slots: inFlight }, true],
    ['not when another is in flight', [due, later], { slots: inFlight }, false],
    ['when they wait for a slot', [due, later], { waiting: true, slots: someone }, true],
    ['not when they are hidden amid those in flight', [amid], { waiting: true, slots: around }, false],
    [
      'amid those in flight, if that is noted',
      [amid],
      { waiting: true, waitingAmid: true, slots: around },
      true,
    ],
    ['not when they wait for nobody', [due], { waiting: true }, false],
    ['when they wait for a limit', [due], { waiting: true }, true, PAUSED],
    ['in flight and delayed', [due, later], { slots: inFlight, dueAt: NOW + 60 * MINUTE }, true],
    ['not when the wake-up comes later', [later], { dueAt: NOW + 61 * MINUTE }, false],
    ['not when the wake-up is over', [later], { dueAt: NOW }, false],
    ['not when they are due long before', [due], { dueAt: NOW + 6 * MINUTE }, false],
    ['when somebody looks soon anyway', [due], { dueAt: NOW + 5 * MINUTE }, true],
    ['not when no pass will ever read them', ['nonsense'], { dueAt: NOW + MINUTE }, false],
  ])('%s', (_what, keys, part, expected, limits = LIMITS) => {
    const given = part && state(part)
    expect(isLookedAfter({ shard: SHARD, keys, whole: true }, given, limits, NOW)).toBe(expected)
  })

  test('that were not all seen: not by what the seen ones show, but by who looks at all of them', () => {
    const seen = { shard: SHARD, keys: [due], whole: false }
    expect(isLookedAfter(seen, state({ slots: inFlight }), LIMITS, NOW)).toBe(false)
    expect(isLookedAfter(seen, state({ dueAt: NOW + MINUTE }), LIMITS, NOW)).toBe(true)
    expect(isLookedAfter(seen, state({ waiting: true, slots: someone }), LIMITS, NOW)).toBe(true)
  })
})
