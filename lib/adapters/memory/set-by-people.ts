/** What people set at run time, in a state item in memory. */
import { isDeepStrictEqual } from 'node:util'
import type { LimitOverride } from '../../core/limits/limits.ts'
import type { SlowDown } from '../../core/limits/slow-down.ts'
import type { ShardState } from '../../core/shard/state.ts'

/** @param now as it stands, `owner` as it was read */
export const isOverriddenAs = (now: ShardState, owner: ShardState): boolean =>
  owner.overrideProblem !== undefined || isDeepStrictEqual(now.override, owner.override)

export function overridden(
  now: ShardState,
  limits: LimitOverride | undefined,
  expiresAt: number | undefined,
): ShardState {
  const { override: _override, overrideProblem: _problem, ...state } = now
  return kept({ ...state, ...(limits ? { override: structuredClone(limits) } : {}) }, expiresAt)
}

export function slowedDown(
  { slowed: _slowed, ...state }: ShardState,
  slow: SlowDown | undefined,
  expiresAt: number | undefined,
): ShardState {
  return kept({ ...state, ...(slow ? { slowed: { ...slow } } : {}) }, expiresAt)
}

/** Counts as a pass. An item with an override stays. */
function kept({ expiresAt: _expiresAt, ...state }: ShardState, expiresAt: number | undefined): ShardState {
  const goes = expiresAt !== undefined && !state.override && !state.overrideProblem
  return { ...state, version: (state.version ?? 0) + 1, ...(goes ? { expiresAt } : {}) }
}
