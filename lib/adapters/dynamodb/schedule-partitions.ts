/**
 * In how many partitions schedules may lie: one item of the Schedules table. No schedule has its key, which names no task. Nor does
 * the due index list it, and having a version it is none that somebody has put by hand.
 */
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import { isDeepEqual } from '../../core/deep-equal.ts'
import { DamagedStateError } from '../../core/errors.ts'
import { enabledPartitionsSchema, MAX_SCHEDULE_PARTITIONS } from '../../core/schedule/enabled.ts'
import { PARTITIONS_PK } from '../../core/schedule/schedule-key.ts'
import { describeIssues } from '../../core/text/issues.ts'
import type { PartitionsNote } from '../../ports/schedules.ts'
import { ALL_OLD, type Database, fromItem, type Item, isConditionFailed, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'

export const PARTITIONS_KEY = { pk: PARTITIONS_PK }

const noteSchema = z.object({
  version: z.int().min(0),
  upTo: z.int().min(1).max(MAX_SCHEDULE_PARTITIONS),
  enabled: z.union([z.literal('all'), enabledPartitionsSchema]).exactOptional(),
  lowering: z.object({ to: z.int().min(1), since: z.number() }).exactOptional(),
})

export async function readPartitions({ client, tables }: Database): Promise<PartitionsNote | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tables.schedules, Key: toItem(PARTITIONS_KEY), ConsistentRead: true }),
  )
  return Item && toNote(Item)
}

function toNote(item: Item): PartitionsNote {
  const note = noteSchema.safeParse(fromItem(item))
  if (note.success) return note.data
  throw new DamagedStateError(
    `the item "${PARTITIONS_KEY.pk}" of the Schedules table says not in how many partitions schedules lie (${describeIssues(note.error)}): set upTo to ${MAX_SCHEDULE_PARTITIONS}, version to a whole number, and remove enabled and lowering`,
  )
}

export async function savePartitions(
  { client, tables }: Database,
  note: PartitionsNote,
  found: number | 'absent',
): Promise<'put' | 'stale'> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: tables.schedules,
        Item: toItem({ ...PARTITIONS_KEY, ...note }),
        ...sameNote(found),
        ReturnValuesOnConditionCheckFailure: ALL_OLD,
      }),
    )
    return 'put'
  } catch (error) {
    if (!isConditionFailed(error)) throw error
    // A lost reply: it was written, by us, or word for word by somebody else.
    return error.Item && isDeepEqual(toNote(error.Item), note) ? 'put' : 'stale'
  }
}

/** Race: somebody has raised it since it was read, or lowers it meanwhile. */
function sameNote(found: number | 'absent') {
  const expression = new UpdateExpression()
  if (found === 'absent') expression.condition(`attribute_not_exists(${expression.path('pk')})`)
  else expression.condition(`${expression.path('version')} = ${expression.value(found)}`)
  return expression.buildCondition()
}
