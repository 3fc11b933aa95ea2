/**
 * What is noted of all schedules: in how many partitions they may lie, and which the configuration has declared. An item of the
 * Schedules table each. No schedule has its key, which names no task; nor does the due index list it, and having a version it is none
 * that somebody has put by hand.
 */
import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import { isDeepEqual } from '../../core/deep-equal.ts'
import { DamagedStateError } from '../../core/errors.ts'
import { readPartitions } from '../../core/schedule/partitions-note.ts'
import type { ScheduleKey } from '../../core/schedule/schedule.ts'
import { DECLARED_PK, PARTITIONS_PK } from '../../core/schedule/schedule-key.ts'
import { describeIssues } from '../../core/text/issues.ts'
import type { DeclaredNote, PartitionsNote } from '../../ports/schedules.ts'
import { ALL_OLD, type Database, fromItem, type Item, isConditionFailed, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { toAttribute, toRawSchedule } from './item.ts'

interface NoteKind<Note> {
  readonly pk: string
  readonly read: (item: Item) => Note
}

const PARTITIONS: NoteKind<PartitionsNote> = {
  pk: PARTITIONS_PK,
  read: (item) => {
    const note = readPartitions(toRawSchedule(item))
    versions.set(note, item['version'])
    return note
  },
}
/** Of a note that was read: it may be no number, and whoever mends the note has to say what it was. */
const versions = new WeakMap<PartitionsNote, AttributeValue | undefined>()

const declaredSchema: z.ZodType<DeclaredNote> = z.object({
  version: z.int().min(0),
  configuration: z.string().exactOptional(),
  keys: z.array(z.string().transform((key) => key as ScheduleKey)),
})
const DECLARED: NoteKind<DeclaredNote> = {
  pk: DECLARED_PK,
  read: (item) => {
    const note = declaredSchema.safeParse(fromItem(item))
    if (note.success) return note.data
    throw new DamagedStateError(
      `the item "${DECLARED_PK}" of the Schedules table makes no sense (${describeIssues(note.error)}): delete it: the next tick finds ` +
        'what is declared, and writes it anew',
    )
  },
}

export const readPartitionsNote = (database: Database) => readNote(database, PARTITIONS)
export const readDeclaredNote = (database: Database) => readNote(database, DECLARED)

async function readNote<Note>(
  { client, tables }: Database,
  { pk, read }: NoteKind<Note>,
): Promise<Note | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tables.schedules, Key: toItem({ pk }), ConsistentRead: true }),
  )
  return Item && read(Item)
}

export const savePartitionsNote = (
  database: Database,
  note: PartitionsNote,
  found: PartitionsNote | 'absent',
): Promise<'put' | 'stale'> =>
  saveNote(database, PARTITIONS, note, found === 'absent' ? isFree() : isVersion(versionOf(found)))

const versionOf = (found: PartitionsNote): AttributeValue | undefined =>
  versions.has(found) ? versions.get(found) : toAttribute(found.version)

export const saveDeclaredNote = (
  database: Database,
  note: DeclaredNote,
  found: number | 'absent',
): Promise<'put' | 'stale'> =>
  saveNote(database, DECLARED, note, found === 'absent' ? isFree() : isVersion(toAttribute(found)))

/** Puts the note if it is as it was found. */
async function saveNote<Note extends object>(
  { client, tables }: Database,
  { pk, read }: NoteKind<Note>,
  note: Note,
  asFound: UpdateExpression,
): Promise<'put' | 'stale'> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: tables.schedules,
        Item: toItem({ pk, ...note }),
        ...asFound.buildCondition(),
        ReturnValuesOnConditionCheckFailure: ALL_OLD,
      }),
    )
    return 'put'
  } catch (error) {
    if (!isConditionFailed(error)) throw error
    // A lost reply: it was written, by us, or word for word by somebody else.
    return error.Item && isDeepEqual(read(error.Item), note) ? 'put' : 'stale'
  }
}

/** Race: somebody has written it since there was none. */
function isFree(): UpdateExpression {
  const expression = new UpdateExpression()
  return expression.condition(`attribute_not_exists(${expression.path('pk')})`)
}

/** Race: somebody has written it since it was read: raises the number of partitions, or applies another configuration. */
function isVersion(version: AttributeValue | undefined): UpdateExpression {
  const expression = new UpdateExpression()
  const path = expression.path('version')
  if (version) return expression.condition(`${path} = ${expression.attribute(version)}`)
  expression.condition(`attribute_exists(${expression.path('pk')})`)
  return expression.condition(`attribute_not_exists(${path})`)
}
