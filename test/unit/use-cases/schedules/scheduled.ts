/** Schedules in the world of the use cases, and minutes in which the tick comes. */
import type { RawItem } from '../../../../lib/core/job/job.ts'
import { type Config, defineConfig } from '../../../../lib/core/queue/config.ts'
import type { Schedule, ScheduleOptions, ScheduleVersion } from '../../../../lib/core/schedule/schedule.ts'
import { readSchedule, toScheduleItem } from '../../../../lib/core/schedule/schedule-item.ts'
import { scheduleKey } from '../../../../lib/core/schedule/schedule-key.ts'
import { nextTick } from '../../../../lib/core/schedule/ticks.ts'
import { TICK_EVERY_MS } from '../../../../lib/core/times.ts'
import type { Store } from '../../../../lib/ports/store.ts'
import { NOW, value } from '../../../support/builders.ts'
import { World } from '../../../support/world.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS

/** One partition of schedules, so that a test knows where each lies. */
export const CONFIG: Config = defineConfig({
  queues: { crm: { partition: { payload: 'customer' }, concurrency: 20, retry: { attempts: 2 } } },
  schedules: { partitions: 1 },
})

const OPTIONS: ScheduleOptions = {
  missed: 'one',
  catchUp_ms: HOUR_MS,
  overlap: 'allow',
  delivery: 'exactlyOnce',
  onFailure: 'retry',
  window_ms: 0,
}

export const EACH_MINUTE = { kind: 'cron', cron: '* * * * *', timeZone: 'UTC' } as const

export interface Wish extends Partial<Omit<Schedule, 'options'>> {
  readonly options?: Partial<ScheduleOptions>
}

/** Ticks each minute, from the next one after now. */
export function scheduleOf({ name = 'daily', options, ...wish }: Wish = {}, now = NOW): Schedule {
  const rule = wish.rule ?? EACH_MINUTE
  const nextAt = rule.kind === 'at' ? rule.at : nextTick(rule, now)
  return {
    key: scheduleKey('sync', name),
    task: 'sync',
    name,
    queue: 'crm',
    rule,
    payload: { customer: 'acme' },
    partition: 0,
    version: 1 as ScheduleVersion,
    createdAt: now,
    updatedAt: now,
    ...(nextAt === undefined ? {} : { nextAt }),
    ...wish,
    options: { ...OPTIONS, ...options },
  }
}

export async function schedule(world: World, wish: Wish = {}): Promise<Schedule> {
  const made = scheduleOf(wish, world.now)
  await world.context.store.schedules.put(toScheduleItem(made), 'absent')
  return made
}

export async function worldWith(wish: Wish = {}, config = CONFIG): Promise<World> {
  const world = new World(config)
  await schedule(world, wish)
  return world
}

export const standing = async (world: World, name = 'daily'): Promise<Schedule | undefined> => {
  const item = await world.context.store.schedules.get(scheduleKey('sync', name))
  return item && value(readSchedule(item))
}

/** The tick comes, and then a minute goes by in which everything is delivered; so many times. */
export async function minutes(world: World, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    const begunAt = world.now
    await world.tick()
    await world.live(TICK_EVERY_MS - (world.now - begunAt))
  }
}

/** The ticks of jobs, as times after the beginning. */
export const ticksOf = (items: readonly RawItem[]): number[] =>
  items.map(({ schedule: tick }) => (tick as { at: number }).at - NOW).sort((a, b) => a - b)

/** When jobs have run, as times after the beginning. */
export const ranAt = (world: World): number[] => world.attempts.map(({ at }) => at - NOW)

type Calls = keyof Store['schedules'] | `jobs.${keyof Store['jobs'] & string}`

/** Who calls this dies there, so many times: nothing is written, or all is and nobody hears of it. */
export function diesAt(world: World, call: Calls, how: 'before' | 'after', times = 1): void {
  const [part, verb] = call.startsWith('jobs.')
    ? (['jobs', call.slice(5)] as const)
    : (['schedules', call] as const)
  const store = world.context.store[part] as unknown as Record<
    string,
    (...given: unknown[]) => Promise<unknown>
  >
  const real = store[verb]
  if (!real) throw new Error(`there is no ${call}`)
  let left = times
  store[verb] = async (...given) => {
    if (left <= 0) return real.apply(store, given)
    left--
    if (how === 'after') await real.apply(store, given)
    throw new Error(`died ${how} ${call}`)
  }
}
