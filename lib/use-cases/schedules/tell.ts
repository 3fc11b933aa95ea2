/** What is said of a schedule that has gone on. */
import type { TickSpan } from '../../core/schedule/after-ticks.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import type { FiringContext } from './step.ts'

type Speaker = Pick<FiringContext, 'events'>

export function tellFired({ events }: Speaker, { key }: Schedule, jobs: number): void {
  if (jobs > 0) events.emit({ kind: 'schedule fired', schedule: key, jobs })
}

export function tellSkipped(
  { events }: Speaker,
  { key }: Schedule,
  why: 'missed' | 'overlap',
  skipped: TickSpan | undefined,
): void {
  if (skipped) events.emit({ kind: 'ticks skipped', schedule: key, why, skipped })
}
