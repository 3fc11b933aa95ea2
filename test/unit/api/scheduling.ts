/** The client's verbs of schedules in the world of the use cases. */

import { expect } from 'vitest'
import { z } from 'zod'
import type { Schedules } from '../../../lib/api/schedules.ts'
import { schedulesOf } from '../../../lib/api/schedules.ts'
import type { Wiring } from '../../../lib/api/wiring.ts'
import { type Config, defineConfig } from '../../../lib/core/queue/config.ts'
import type { Schedule } from '../../../lib/core/schedule/schedule.ts'
import { readSchedule } from '../../../lib/core/schedule/schedule-item.ts'
import { scheduleKey } from '../../../lib/core/schedule/schedule-key.ts'
import { defineTask } from '../../../lib/index.ts'
import { NOW, value } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

export const MINUTE_MS = 60_000
export const HALF_MS = 30_000

export const CONFIG = defineConfig({
  pools: { api: { concurrency: 4 }, gpu: { concurrency: 4 } },
  queues: {
    crm: { partition: { payload: 'customer' }, concurrency: 100 },
    plain: { rateLimit: { allowed: 10, period: '1s' }, costs: true },
  },
  schedules: { partitions: 4 },
})

export const sync = defineTask({
  name: 'sync',
  queue: 'crm',
  payload: z.object({ customer: z.string() }),
  handler: async () => {},
})
export const ACME = { customer: 'acme' }
export const EACH_MINUTE = { cron: '* * * * *' }
export const HOURLY = { cron: '0 * * * *' }

export interface Scene {
  readonly world: World
  readonly client: Schedules<string, 'api' | 'gpu'>
  readonly wiring: Wiring
}

export function scene(part: Partial<Wiring> = {}, config: Config = CONFIG): Scene {
  const world = new World(config)
  const { store, payloads, clock, wake, events } = world.context
  const own = { config, store, payloads, clock, events, wake: () => wake, keepsPayloads: false }
  const wiring: Wiring = { ...own, ...part }
  return { world, client: schedulesOf(wiring), wiring }
}

export async function standing(
  { world }: Scene,
  name = 'acme',
  task = 'sync',
): Promise<Schedule | undefined> {
  const item = await world.context.store.schedules.get(scheduleKey(task, name))
  return item && value(readSchedule(item))
}

/** Everything that has been put and is due is fired; the world goes on for so long. */
export async function live({ world }: Scene, time_ms: number): Promise<void> {
  for (let left = time_ms; left > 0; left -= MINUTE_MS) {
    await world.tick()
    await world.live(Math.min(left, MINUTE_MS))
  }
}

/** When jobs are due, as times after the beginning. */
export const dueAt = ({ world }: Scene): number[] =>
  world.jobs.map(({ sk }) => Date.parse(sk.split('#')[1] ?? '') - NOW).sort((a, b) => a - b)
export const ranAt = ({ world }: Scene): number[] => world.attempts.map(({ at }) => at - NOW)

/** A schedule each minute, whose first job has been put ahead: it is due in a minute, and half a minute has gone by. */
export async function ahead(
  rule: Parameters<Scene['client']['schedule']>[2] = EACH_MINUTE,
  options = {},
): Promise<Scene> {
  const own = scene()
  await own.client.schedule(sync, 'acme', rule, ACME, options)
  await own.world.live(HALF_MS)
  expect(dueAt(own)).toContain(MINUTE_MS)
  return own
}
