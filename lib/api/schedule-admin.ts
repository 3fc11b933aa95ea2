/** What may be done with schedules by whoever knows their names, without their tasks. */

import { ulid } from 'ulid'
import * as z from 'zod'
import { ConfigurationError } from '../core/errors.ts'
import { enabledPartitionsSchema } from '../core/schedule/enabled.ts'
import type { Schedule } from '../core/schedule/schedule.ts'
import { InvalidScheduleError } from '../core/schedule/schedule-errors.ts'
import { readSchedule } from '../core/schedule/schedule-item.ts'
import { type KeyParts, partsOf, scheduleKey } from '../core/schedule/schedule-key.ts'
import { SCHEDULE_STATES, type ScheduleState } from '../core/schedule/schedule-state.ts'
import { toConfigurationError } from '../core/text/issues.ts'
import { fireSoon } from '../use-cases/schedules/fire-soon.ts'
import { type DamagedSchedule, listSchedules } from '../use-cases/schedules/list-schedules.ts'
import { enablePartitions } from '../use-cases/schedules/partitions.ts'
import { pauseSchedule, resumeSchedule } from '../use-cases/schedules/pause-schedule.ts'
import { removeSchedule } from '../use-cases/schedules/remove-schedule.ts'
import { runNow } from '../use-cases/schedules/run-now.ts'
import type { CancelNote } from './cancel.ts'
import type { Enqueued } from './enqueue-options.ts'
import { enqueued } from './new-item.ts'
import { type ScheduleInfo, scheduleInfo } from './schedule-info.ts'
import type { Wiring } from './wiring.ts'

/** A task, or its name. */
export type TaskNamed = string | { readonly name: string }

export interface SchedulesQuery {
  readonly task?: TaskNamed
  /** Of their jobs. */
  readonly queue?: string
  readonly state?: ScheduleState
  /** Of the page before. */
  readonly cursor?: string
  /** How many at most, from 1 to 1000. Default: 100. */
  readonly limit?: number
}

export interface SchedulesList {
  /** In no order. Fewer than `limit`, or none, although there are more, if few fit: go on with the cursor. */
  readonly schedules: readonly ScheduleInfo[]
  /** Items that somebody has damaged by hand. */
  readonly damaged: readonly DamagedSchedule[]
  /** Absent: these were the last ones. */
  readonly cursor?: string
}

export interface UnscheduleOptions {
  /** Although the job of its last tick waits, is claimed or runs: it goes on. Default: that is a ScheduleFiringError. */
  readonly force?: boolean
}

export interface ScheduleAdmin {
  /**
   * Removes a schedule. Its jobs that were put ahead, up to a minute and a half, and are not due yet are taken back before this
   * returns; one that is claimed runs. Returns whether there was one. Unless its delivery is `exactlyOnce`, a firing that is under way
   * may put its jobs just after that.
   * @example await client.unschedule(report, 'acme')
   * @throws ScheduleFiringError, DeclaredScheduleError before anything is written
   * @throws ScheduleBusyError if others are at work on it all the time: call again
   */
  unschedule(task: TaskNamed, name: string, options?: UnscheduleOptions): Promise<boolean>
  /**
   * One schedule, or `undefined`. Two strongly consistent reads.
   * @example const { next, state } = (await client.getSchedule(report, 'acme')) ?? {}
   * @throws InvalidScheduleError if somebody has damaged its item
   */
  getSchedule(task: TaskNamed, name: string): Promise<ScheduleInfo | undefined>
  /**
   * Schedules, a page at a time. It scans the table, so it reads all of them, also if few fit.
   * @example const { schedules, cursor } = await client.listSchedules({ task: report, state: 'paused' })
   * @throws ConfigurationError if the query makes no sense
   */
  listSchedules(query?: SchedulesQuery): Promise<SchedulesList>
  /**
   * It fires no more until it is resumed; no deploy and no `schedule` resumes it. Jobs that are not due yet are taken back, as by
   * `unschedule`, with the same exception; what runs goes on. One that is paused already stays as it is.
   * @example await client.pauseSchedule(report, 'acme', { by: 'ann@example.com', reason: 'they migrate' })
   * @throws NoScheduleError, InvalidScheduleError, ConfigurationError, ScheduleBusyError
   */
  pauseSchedule(task: TaskNamed, name: string, note: CancelNote): Promise<ScheduleInfo>
  /**
   * It fires again, from its next tick on. Those of the pause are gone, whatever `missed` says; but a one-time that has not
   * been fired fires now.
   * @example await client.resumeSchedule(report, 'acme')
   * @throws NoScheduleError, InvalidScheduleError, ScheduleBusyError
   */
  resumeSchedule(task: TaskNamed, name: string): Promise<ScheduleInfo>
  /**
   * Puts a job of it now, beside its rule, with its payload and its options, but without its window; `job.schedule.isManual`
   * tells the handler. Paused or not. If its jobs must not overlap and one is there, that is returned, as `existing`.
   * @example const { id } = await client.runNow(report, 'acme')
   * @throws NoScheduleError, InvalidScheduleError, InvalidJobError if its queue is gone
   */
  runNow(task: TaskNamed, name: string): Promise<Enqueued>
  /**
   * Only schedules in these partitions are fired from now on, or in `'all'`, whatever configurations say; `null`: as they say. Anybody
   * may schedule into all of them, and `getSchedule` and `listSchedules` tell which schedules are not fired. What is not fired meanwhile has been missed: `missed` says what becomes of it.
   * @example await client.setEnabledPartitions([0, 1, 2, 3])
   * @throws ConfigurationError if one is no whole number from 0 to 1023, or named twice
   */
  setEnabledPartitions(partitions: readonly number[] | 'all' | null): Promise<void>
}

export const scheduleAdminOf = (wiring: Wiring): ScheduleAdmin => ({
  unschedule: async (task, name, options = {}) =>
    removeSchedule(wiring, named(task, name), { isForced: forced(options), isDeclared: false }),
  getSchedule: async (task, name) => infoOf(wiring, named(task, name)),
  listSchedules: async (query = {}) => list(wiring, query),
  pauseSchedule: async (task, name, given) => {
    const note = noteSchema.safeParse(given)
    if (!note.success) throw toConfigurationError(note.error, 'note')
    const { by, reason } = note.data
    const said = { by, ...(reason === undefined ? {} : { reason }) }
    return shown(wiring, await pauseSchedule(wiring, named(task, name), said))
  },
  resumeSchedule: async (task, name) => {
    const schedule = await resumeSchedule(wiring, named(task, name))
    await fireSoon(wiring, schedule)
    return shown(wiring, schedule)
  },
  runNow: async (task, name) => {
    const { item, there } = await runNow(wiring, named(task, name), ulid(wiring.clock.now()))
    return enqueued(item, there)
  },
  setEnabledPartitions: async (partitions) => {
    const checked = partitionsSchema.safeParse(partitions)
    if (!checked.success) throw toConfigurationError(checked.error, 'partitions')
    await enablePartitions(wiring, checked.data ?? undefined)
  },
})

const partitionsSchema = z.union([enabledPartitionsSchema, z.literal('all'), z.null()])
const noteSchema = z.strictObject({
  by: z.string().min(1).max(256),
  reason: z.string().min(1).max(1024).optional(),
})

/** Callers without TypeScript are told, too. */
export function forced({ force = false }: UnscheduleOptions): boolean {
  if (typeof force === 'boolean') return force
  throw new ConfigurationError('options.force', 'is true, or left out')
}

/** @throws InvalidScheduleError if nothing can have that name */
function named(task: TaskNamed, name: string): KeyParts {
  const parts = partsOf(scheduleKey(String(nameOf(task)), String(name)))
  if (parts.ok) return parts.value
  throw new InvalidScheduleError(parts.reason)
}

const nameOf = (task: TaskNamed): string => (typeof task === 'string' ? task : task?.name)

const shown = async ({ config, store }: Wiring, schedule: Schedule): Promise<ScheduleInfo> =>
  scheduleInfo(schedule, config, await store.schedules.partitions())

async function infoOf(wiring: Wiring, { task, name }: KeyParts): Promise<ScheduleInfo | undefined> {
  const item = await wiring.store.schedules.get(scheduleKey(task, name))
  if (!item) return undefined
  const schedule = readSchedule(item)
  if (schedule.ok) return schedule.value.isRemoved ? undefined : shown(wiring, schedule.value)
  throw new InvalidScheduleError(
    `schedule "${name}" of task "${task}" cannot be read (${schedule.reason}): schedule it anew, or unschedule it`,
  )
}

const querySchema = z.strictObject({
  task: z.union([z.string(), z.looseObject({ name: z.string() }).transform(({ name }) => name)]).optional(),
  queue: z.string().optional(),
  state: z.enum(SCHEDULE_STATES).optional(),
  cursor: z.string().optional(),
  limit: z.int().min(1).max(1000).default(100),
})

async function list(wiring: Wiring, given: SchedulesQuery): Promise<SchedulesList> {
  const query = querySchema.safeParse(given)
  if (!query.success) throw toConfigurationError(query.error, 'query')
  const [{ schedules, ...found }, note] = await Promise.all([
    listSchedules(wiring, query.data),
    wiring.store.schedules.partitions(),
  ])
  return { ...found, schedules: schedules.map((schedule) => scheduleInfo(schedule, wiring.config, note)) }
}
