/** The client's `schedule`: jobs of a task by a rule, under a name. */
import { InvalidPayloadError } from '../core/errors.ts'
import type { Definition } from '../core/schedule/definition.ts'
import { newSchedule } from '../core/schedule/definition.ts'
import { definitionOf } from '../core/schedule/definition-of.ts'
import type { ScheduleOptionsInput } from '../core/schedule/options-input.ts'
import type { RuleInput } from '../core/schedule/rule-input.ts'
import { InvalidScheduleError } from '../core/schedule/schedule-errors.ts'
import { warningsOf } from '../core/schedule/unusual-days.ts'
import { fireSoon, isSoon } from '../use-cases/schedules/fire-soon.ts'
import { putSchedule } from '../use-cases/schedules/put-schedule.ts'
import type { EnqueueOptions } from './enqueue-options.ts'
import { costOf, poolsOf } from './new-item.ts'
import { forced, type ScheduleAdmin, scheduleAdminOf, type UnscheduleOptions } from './schedule-admin.ts'
import { type NamesOnly, type PayloadOf, type Task, validatePayload } from './task.ts'
import type { Wiring } from './wiring.ts'

/** Of a schedule and its jobs. Tags, pools and cost as in `enqueue`, durations as text like `'10m'`, or ms. */
export interface ScheduleSettings<PoolName extends string = string, TagKey extends string = never>
  extends Omit<ScheduleOptionsInput, 'tags' | 'pools'>,
    Pick<EnqueueOptions<PoolName, TagKey>, 'tags' | 'pools'>,
    UnscheduleOptions {}

export interface Scheduled {
  /** `unchanged`: it was so already, and nothing was written. */
  readonly state: 'created' | 'updated' | 'unchanged'
  /** Its next tick that no job was put for. `undefined`: it is paused, or has none any more. */
  readonly next: Date | undefined
  /** Days within a year on which daylight saving makes it tick otherwise than its rule reads, in words. */
  readonly warnings: readonly string[]
}

export interface Schedules<
  QueueName extends string = string,
  PoolName extends string = never,
  TagKey extends string = never,
> extends ScheduleAdmin {
  /**
   * Has jobs of a task made by a rule: a cron expression in a zone, an interval, or one time. All ticks of a name are jobs of the
   * same payload, of up to 4 KB as JSON, that the task's schema has checked. The same task and name again change the schedule, in
   * one write: if the rule is the same, its ticks go on as they were, with the new payload and options; another rule has its next
   * tick after now. A pause stays, and so does the last tick. Jobs that were put ahead, up to a minute and a half, and are not due yet
   * are taken back, and made again if they are still wanted. A one-time in the past fires now.
   *
   * It needs the Schedules table; the Jobs and State tables if it changes a schedule; and the wake queue if a tick comes within 90
   * seconds, which is fired by a message (`grantSchedule` of the construct gives all these rights).
   * @example await client.schedule(report, 'acme', { cron: '0 9 * * MON', timeZone: 'Europe/Berlin' }, { customer: 'acme' })
   * @example await client.schedule(poll, 'inbox', { every: '30s' }, { box: 'in' }, { overlap: 'skip', missed: 'skip' })
   * @example const { next } = await client.schedule(remind, `order-${id}`, { at: '2030-01-31T09:00:00Z' }, { id })
   * @throws InvalidPayloadError, InvalidScheduleError, ConfigurationError before anything is written
   * @throws ScheduleFiringError if the job of its last tick has not ended, unless `force` is true: nothing was written
   * @throws DeclaredScheduleError if the configuration declares one of that name
   * @throws ScheduleBusyError if others change it all the time, or its jobs could not be taken back: call again
   */
  schedule<T extends Task<string, QueueName>>(
    task: T & NamesOnly<T, PoolName>,
    name: string,
    rule: RuleInput,
    payload: PayloadOf<T>,
    options?: ScheduleSettings<PoolName, TagKey>,
  ): Promise<Scheduled>
}

export const schedulesOf = (wiring: Wiring): Schedules => ({
  ...scheduleAdminOf(wiring),
  schedule: async (task: Task, ...[name, rule, payload, options = {}]: SaidInOrder) => {
    const { force, ...settings } = options
    const isForced = forced({ ...(force === undefined ? {} : { force }) })
    const definition = await toDefinition(wiring, task, { name, rule, payload, settings })
    const now = wiring.clock.now()
    // Whoever cannot have it fired in time is told before it is written.
    if (isSoon(newSchedule(definition, 'absent', now), now)) wiring.wake()
    const { state, schedule } = await putSchedule(wiring, definition, isForced)
    if (state !== 'unchanged') await fireSoon(wiring, schedule)
    const next = schedule.nextAt === undefined ? undefined : new Date(schedule.nextAt)
    return { state, next, warnings: warningsOf(schedule.rule, now) }
  },
})

type SaidInOrder = [name: string, rule: RuleInput, payload: unknown, options?: ScheduleSettings]

interface Said {
  readonly name: string
  readonly rule: RuleInput
  readonly payload: unknown
  readonly settings: Omit<ScheduleSettings, 'force'>
}

/** @throws InvalidPayloadError, InvalidScheduleError */
async function toDefinition(
  { config, clock, selectPartition }: Wiring,
  task: Task,
  { name, rule, payload, settings }: Said,
): Promise<Definition> {
  const valid = await validatePayload(task, payload)
  if (!valid.ok) throw new InvalidPayloadError(task.name, valid.issues)
  const cost = settings.cost ?? costOf(task, payload)
  const options = {
    ...settings,
    ...poolsOf(task, settings.pools),
    ...(cost === undefined ? {} : { cost }),
  }
  const asked = { task: task.name, name, queue: task.queue, rule, payload, options }
  const definition = definitionOf(config, asked, clock.now(), selectPartition)
  if (definition.ok) return definition.value
  throw new InvalidScheduleError(definition.reason)
}
