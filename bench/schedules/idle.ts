/** What a minute reads in which no schedule is due, with few schedules and with many, on a real engine. */
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb'
import { type Database, toItem } from '../../lib/adapters/dynamodb/database.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import type { ScheduleItem } from '../../lib/core/schedule/schedule-item.ts'
import { forEachSideBySide } from '../../lib/core/side-by-side.ts'
import { applyDeclared } from '../../lib/use-cases/schedules/apply-declared.ts'
import { tick } from '../../lib/use-cases/tick.ts'
import { difference } from '../counting.ts'
import { judged, type Row, shown } from '../flow/rows.ts'
import type { Bench } from '../harness.ts'
import { hourlySchedules, QUEUE } from './stand.ts'

const FEW = 10
const MAX_RATIO = 1.05
/** Just after a full hour: their next tick is far away. */
const NOW = Date.UTC(2026, 5, 15, 12, 1)
const CONFIGURATION = 'the configuration that is deployed'
/** As many as one call of BatchWriteItem takes. */
const BATCH = 25
const SIDE_BY_SIDE = 8

const config = defineConfig({ queues: { [QUEUE]: { concurrency: 10, timeout: '10s' } } })

export async function measureIdle(bench: Bench, many: number): Promise<Row[]> {
  const few = await idleReads(bench, FEW)
  const reads = await idleReads(bench, many)
  return [
    shown(`an idle minute, ${FEW} schedules: read units`, few),
    shown(`an idle minute, ${many} schedules: read units`, reads),
    judged('an idle minute, many schedules by few', reads / few, { atMost: MAX_RATIO }),
  ]
}

/** All that the function reads that the clock wakes each minute, delayed jobs included. */
async function idleReads(bench: Bench, count: number): Promise<number> {
  const { context, database } = await bench.scenario(config)
  await putAll(database, hourlySchedules(config, { count, now: NOW }))
  const atNow = { ...context, clock: { ...context.clock, now: () => NOW } }
  const minute = async () => {
    const sent = await tick(atNow)
    if (sent > 0) throw new Error(`the minute was not idle: ${sent} messages were sent`)
    await applyDeclared(atNow, CONFIGURATION)
  }
  // The first one notes which configuration it has applied.
  await minute()
  const before = { ...bench.units }
  await minute()
  return difference(bench.units, before).reads
}

async function putAll({ client, tables }: Database, items: readonly ScheduleItem[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) =>
    items.slice(n * BATCH, (n + 1) * BATCH),
  )
  await forEachSideBySide(batches, SIDE_BY_SIDE, async (batch) => {
    const puts = batch.map((item) => ({ PutRequest: { Item: toItem(item) } }))
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [tables.schedules]: puts } }),
    )
    if (Object.keys(UnprocessedItems).length > 0) throw new Error('the engine has not taken all schedules')
  })
}
