/** What a schedule is doing, in one word. */
import type { Schedule } from './schedule.ts'

export const SCHEDULE_STATES = ['active', 'paused', 'setAside', 'done'] as const

/**
 * `active`: it fires at its next tick. `paused`: by a person. `setAside`: it makes no sense, and fires no more until somebody
 * schedules it anew. `done`: its rule has no other tick.
 */
export type ScheduleState = (typeof SCHEDULE_STATES)[number]

export function stateOf({
  pause,
  setAside,
  nextAt,
}: Pick<Schedule, 'pause' | 'setAside' | 'nextAt'>): ScheduleState {
  if (setAside) return 'setAside'
  if (pause) return 'paused'
  return nextAt === undefined ? 'done' : 'active'
}
