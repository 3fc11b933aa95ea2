/**
 * What Sluice needs of a database. Every adapter passes `test/contract/store.ts`.
 *
 * All reads are strongly consistent unless they say otherwise; every write is atomic. Outcomes that a caller has to
 * expect are values; anything else (throttling, a lost connection) is thrown, and then the write may have happened.
 */
import type { HistoryStore } from './history.ts'
import type { JobStore } from './jobs.ts'
import type { ScheduleStore } from './schedules.ts'
import type { StateStore } from './states.ts'

export type * from './grants.ts'
export type * from './history.ts'
export type * from './jobs.ts'
export type * from './queue-settings.ts'
export type * from './schedules.ts'
export type * from './states.ts'

export interface Store {
  readonly jobs: JobStore
  readonly states: StateStore
  readonly history: HistoryStore
  readonly schedules: ScheduleStore
}
