/**
 * What people have set for whole queues: one item of the State table, with an attribute for each pause and one for the limits of each
 * queue, so that nobody who sets one thing undoes another. It is none with the record of deployments, which a deploy writes anew,
 * also one of an earlier version.
 */
import { isDeepStrictEqual } from 'node:util'
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { toQueueLimits } from '../../core/queue/queue-limits.ts'
import { toQueuePause } from '../../core/queue/queue-pauses.ts'
import type { QueueSettings } from '../../core/queue/queue-settings.ts'
import type { QueueSettingStore } from '../../ports/store.ts'
import { ALL_OLD, type Database, fromItem, type Item, isConditionFailed, toItem } from './database.ts'
import { UpdateExpression } from './expression.ts'

/** The name is from a time at which only pauses stood there. */
const KEY = { pk: '$paused' }

/** A queue may have the name of the key. */
const PAUSE = 'queue|'
const LIMITS = 'limits|'

export const dynamoQueueSettings = (database: Database): QueueSettingStore => ({
  queueSettings: () => read(database),
  saveQueuePause: (queue, is, before) => {
    const onlyIf = before === undefined ? 'whatever stands there' : { was: before }
    return save(database, { name: `${PAUSE}${queue}`, is, onlyIf, parse: toQueuePause })
  },
  saveQueueLimits: (queue, is, before) => {
    const onlyIf = before?.problem === undefined ? { was: before } : 'whatever stands there'
    return save(database, { name: `${LIMITS}${queue}`, is, onlyIf, parse: toQueueLimits })
  },
})

/** Strongly consistent: whoever sets something knows when all functions have read it. */
async function read({ client, tables }: Database): Promise<QueueSettings> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tables.state, Key: toItem(KEY), ConsistentRead: true }),
  )
  const item = fromItem(Item ?? {})
  return { pauses: saidIn(item, PAUSE, toQueuePause), limits: saidIn(item, LIMITS, toQueueLimits) }
}

const saidIn = <Said>(
  item: Readonly<Record<string, unknown>>,
  prefix: string,
  parse: (value: unknown) => Said,
): ReadonlyMap<string, Said> =>
  new Map(
    Object.entries(item)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), parse(value)]),
  )

interface Saying<Said> {
  /** Of the attribute. */
  readonly name: string
  readonly is: Said | undefined
  readonly onlyIf: 'whatever stands there' | { readonly was: Said | undefined }
  readonly parse: (value: unknown) => Said
}

async function save<Said>({ client, tables }: Database, saying: Saying<Said>): Promise<boolean> {
  const { name, is } = saying
  const update = new UpdateExpression()
  const path = update.path(name)
  if (is === undefined) update.remove(path)
  else update.set(path, is)
  onlyAsRead(update, path, saying)
  const change = { ...update.build(), ReturnValuesOnConditionCheckFailure: ALL_OLD }
  try {
    await client.send(new UpdateItemCommand({ TableName: tables.state, Key: toItem(KEY), ...change }))
    return true
  } catch (error) {
    if (!isConditionFailed(error)) throw error
    // A lost reply: it was written, by us, or word for word by somebody else.
    return isDeepStrictEqual(valueIn(error.Item, saying), is)
  }
}

/** Race: somebody has set something else since it was read, or another call that wakes has come further. */
function onlyAsRead<Said>(update: UpdateExpression, path: string, { onlyIf }: Saying<Said>): void {
  if (onlyIf === 'whatever stands there') return
  if (onlyIf.was === undefined) update.condition(`attribute_not_exists(${path})`)
  else update.condition(`${path} = ${update.value(onlyIf.was)}`)
}

function valueIn<Said>(item: Item = {}, { name, parse }: Saying<Said>): Said | undefined {
  const value = fromItem(item)[name]
  return value === undefined ? undefined : parse(value)
}
