/** Whose clock says what, and for whom a time has come. */
import { RESEND_AFTER_MS } from '../../../lib/core/times.ts'
import type { Process, State } from '../state/state.ts'
import type { World } from '../world.ts'

const isDispatcher = (role: Process['role']): boolean => role === 'arrivals' || role === 'wake'

export const clockOf = ({ ahead_ms }: World, role: Process['role'], now: number): number =>
  isDispatcher(role) ? now + ahead_ms : now

/** When, in true time, a sleeper wakes. */
export function sleepsUntil(world: World, { role }: Process, args: string): number {
  const [until = 0] = JSON.parse(args) as number[]
  return until - clockOf(world, role, 0)
}

/** When something comes by itself. */
export function awaited(state: State, world: World): number[] {
  const sleepers = state.processes.flatMap((process) =>
    process.point.calls.flatMap(({ op, args }) =>
      op === 'sleep' ? [sleepsUntil(world, process, args)] : [],
    ),
  )
  return later(state.now, [...state.messages.map(({ visibleAt }) => visibleAt), ...sleepers])
}

/** Times after which somebody would see the world with other eyes. */
export function notable(state: State, world: World): number[] {
  const slots = [...state.tables.states.values()].flatMap(({ slots }) => Object.values(slots))
  return later(state.now, [
    ...awaited(state, world),
    ...slots.map((slot) => ('deadline' in slot ? slot.deadline : slot.sentAt + RESEND_AFTER_MS)),
    ...state.processes.map(({ endsAt }) => endsAt).filter(Number.isFinite),
    ...world.delays_ms.map((delay_ms) => state.now + delay_ms),
  ])
}

const later = (now: number, times: readonly number[]): number[] =>
  [...new Set(times)].filter((time) => time > now).sort((a, b) => a - b)
