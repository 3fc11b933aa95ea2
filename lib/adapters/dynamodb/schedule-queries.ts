/** What is read of many schedules: the due index, and the whole table a page at a time. */
import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { ScheduleKey } from '../../core/schedule/schedule.ts'
import { dueInOf } from '../../core/schedule/schedule-item.ts'
import { isNote } from '../../core/schedule/schedule-key.ts'
import { DUE_INDEX } from '../../core/shard/due-groups.ts'
import type { DuePage, DueQuery, DueSchedule, SchedulesPage, SchedulesQuery } from '../../ports/schedules.ts'
import { type Database, fromItem, type Item, toItem } from './database.ts'
import { toRawSchedule } from './item.ts'

export async function dueSchedules(
  { client, tables }: Database,
  { partition, until, limit, cursor }: DueQuery,
): Promise<DuePage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tables.schedules,
      IndexName: DUE_INDEX,
      KeyConditionExpression: 'dueIn = :partition AND nextAt <= :until',
      ExpressionAttributeValues: toItem({ ':partition': dueInOf(partition), ':until': until }),
      Limit: limit,
      ...(cursor
        ? { ExclusiveStartKey: toItem({ pk: cursor.key, dueIn: dueInOf(partition), nextAt: cursor.nextAt }) }
        : {}),
    }),
  )
  const schedules = Items.map(dueIn)
  return { schedules, ...(LastEvaluatedKey ? { cursor: dueIn(LastEvaluatedKey) } : {}) }
}

function dueIn(item: Item): DueSchedule {
  const { pk, nextAt } = fromItem(item)
  return { key: pk as ScheduleKey, nextAt: Number(nextAt) }
}

const PAGE = 100

export async function scanSchedules(
  { client, tables }: Database,
  { cursor, limit = PAGE }: SchedulesQuery,
): Promise<SchedulesPage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new ScanCommand({
      TableName: tables.schedules,
      Limit: limit,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: toItem({ pk: cursor }) }),
    }),
  )
  const next = LastEvaluatedKey?.['pk']?.S
  return {
    schedules: Items.filter(({ pk }) => !isNote(pk?.S ?? '')).map(toRawSchedule),
    ...(next === undefined ? {} : { cursor: next }),
  }
}
