/**
 * What is noted of all schedules: in how many partitions they may lie, and which the configuration has declared. An item of the
 * Schedules table each. No schedule has its key, which names no task; nor does the due index list it, and having a version it is none
 * that somebody has put by hand.
 */
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import { isDeepEqual } from '../../core/deep-equal.ts'
import { DamagedStateError } from '../../core/errors.ts'
import { enabledPartitionsSchema, MAX_SCHEDULE_PARTITIONS } from '../../core/schedule/enabled.ts'
import type { ScheduleKey } from '../../core/schedule/schedule.ts'
import { DECLARED_PK, PARTITIONS_PK } from '../../core/schedule/schedule-key.ts'
import { describeIssues } from '../../core/text/issues.ts'
import type { DeclaredNote, PartitionsNote } from '../../ports/schedules.ts'
import { ALL_OLD, type Database, fromItem, type Item, isConditionFailed, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'

interface NoteKind<Note> {
  readonly pk: string
  readonly schema: z.ZodType<Note>
  /** What somebody has to do who has damaged it. */
  readonly mending: string
}

export const PARTITIONS: NoteKind<PartitionsNote> = {
  pk: PARTITIONS_PK,
  schema: z.object({
    version: z.int().min(0),
    upTo: z.int().min(1).max(MAX_SCHEDULE_PARTITIONS),
    enabled: z.union([z.literal('all'), enabledPartitionsSchema]).exactOptional(),
    lowering: z.object({ to: z.int().min(1), since: z.number() }).exactOptional(),
  }),
  mending: `set upTo to ${MAX_SCHEDULE_PARTITIONS}, version to a whole number, and remove enabled and lowering`,
}

export const DECLARED: NoteKind<DeclaredNote> = {
  pk: DECLARED_PK,
  schema: z.object({
    version: z.int().min(0),
    configuration: z.string().exactOptional(),
    keys: z.array(z.string().transform((key) => key as ScheduleKey)),
  }),
  mending: 'delete it: the next tick finds what is declared, and writes it anew',
}

interface Versioned {
  readonly version: number
}

export async function readNote<Note extends Versioned>(
  { client, tables }: Database,
  kind: NoteKind<Note>,
): Promise<Note | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: tables.schedules,
      Key: toItem({ pk: kind.pk }),
      ConsistentRead: true,
    }),
  )
  return Item && toNote(kind, Item)
}

function toNote<Note>({ pk, schema, mending }: NoteKind<Note>, item: Item): Note {
  const note = schema.safeParse(fromItem(item))
  if (note.success) return note.data
  throw new DamagedStateError(
    `the item "${pk}" of the Schedules table makes no sense (${describeIssues(note.error)}): ${mending}`,
  )
}

/** Puts the note if it is as it was found. */
export async function saveNote<Note extends Versioned>(
  { client, tables }: Database,
  kind: NoteKind<Note>,
  note: Note,
  found: number | 'absent',
): Promise<'put' | 'stale'> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: tables.schedules,
        Item: toItem({ pk: kind.pk, ...note }),
        ...sameNote(found),
        ReturnValuesOnConditionCheckFailure: ALL_OLD,
      }),
    )
    return 'put'
  } catch (error) {
    if (!isConditionFailed(error)) throw error
    // A lost reply: it was written, by us, or word for word by somebody else.
    return error.Item && isDeepEqual(toNote(kind, error.Item), note) ? 'put' : 'stale'
  }
}

/** Race: somebody has written it since it was read: raises the number of partitions, or applies another configuration. */
function sameNote(found: number | 'absent') {
  const expression = new UpdateExpression()
  if (found === 'absent') expression.condition(`attribute_not_exists(${expression.path('pk')})`)
  else expression.condition(`${expression.path('version')} = ${expression.value(found)}`)
  return expression.buildCondition()
}
