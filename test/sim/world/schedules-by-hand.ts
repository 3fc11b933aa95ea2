/** Items of the Schedules table that are no schedules yet: how somebody puts one, and the table's stream, which brings these alone. */
import { memorySchedules } from '../../../lib/adapters/memory/schedules.ts'
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import { foundVersion, type ScheduleItem } from '../../../lib/core/schedule/schedule-item.ts'
import type { RawSchedule } from '../../../lib/ports/store.ts'
import { arriveSchedules } from '../../../lib/use-cases/schedules/arrive-schedules.ts'
import { contextOf } from './context.ts'
import type { Listener } from './events.ts'
import type { Invocation } from './invocation.ts'
import type { StreamConsumer } from './stream.ts'
import type { World } from './world.ts'

interface HasSchedules {
  readonly tables: Tables
  readonly emit: Listener
  readonly scheduleStream: { append(item: { readonly pk: string; readonly sk: string }): void }
}

/** Whatever stands there. */
export async function putScheduleByHand(
  { tables, emit, scheduleStream }: HasSchedules,
  by: Invocation,
  item: RawSchedule,
  isGood: boolean,
): Promise<void> {
  const found = foundVersion(tables.schedules?.get(item.pk))
  await memorySchedules(tables).put(item as ScheduleItem, found)
  emit({ kind: 'effect', by, effect: { op: 'scheduleByHand', item, isGood } })
  scheduleStream.append({ pk: item.pk, sk: '' })
}

export const consumeSchedules =
  (world: World): StreamConsumer =>
  (records, done) =>
    world.invoke(
      'dispatcher',
      async (by) => {
        const keys = records.map(({ item }) => item.pk)
        await arriveSchedules(contextOf(world, by), keys)
        return new Set<string>()
      },
      (outcome) => done(outcome.ok ? outcome.value : outcome.throttled ? 'throttled' : undefined),
    )
