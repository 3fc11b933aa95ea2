/** Moves jobs that wait from one shard of their partition into another, under the protection of the first one's version. */
import { type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import type { ShardVersion } from '../../core/shard/state.ts'
import type { Move, MoveWaitingOutcome } from '../../ports/store.ts'
import { type Database, failedPart, isBusy } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { toItem } from './item.ts'
import { countsAsPass } from './job-ends.ts'
import { isStill } from './judged.ts'
import { sizeChanges } from './sizes.ts'
import { takeLockAlong } from './unique.ts'

/** Twins: another job with this id may stand there, and must not be overwritten. */
const NOT_THERE = 'attribute_not_exists(pk)'

interface Part {
  readonly of: 'source' | 'target' | 'lock' | 'size'
  readonly write: TransactWriteItem
}

export async function moveWaiting(
  database: Database,
  state: ShardVersion,
  moves: readonly Move[],
  expiresAt: number | undefined,
): Promise<MoveWaitingOutcome> {
  const parts: readonly Part[] = [
    { of: 'source', write: countsAsPass(database, state, expiresAt) },
    ...moves.flatMap((move) => partsOf(database, move)),
    ...sizesOf(database, moves),
  ]
  const outcome = await send(database, parts)
  if (outcome !== 'not locked') return outcome
  // The job has the attribute, and its key's lock is another's by now: that one stays.
  const rest = await send(
    database,
    parts.filter(({ of }) => of !== 'lock'),
  )
  return rest === 'not locked' ? 'stale' : rest
}

async function send(
  { client }: Database,
  parts: readonly Part[],
): Promise<MoveWaitingOutcome | 'not locked'> {
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: parts.map(({ write }) => write) }))
    return 'moved'
  } catch (error) {
    const failed = parts.filter((_part, index) => failedPart(error, index)).map(({ of }) => of)
    if (failed.includes('source') || isBusy(error)) return 'stale'
    if (failed.includes('target')) return 'occupied'
    if (failed.includes('lock')) return 'not locked'
    throw error
  }
}

/** Within its partition a job counts as before. One that is put twice counts twice, until one of them goes. */
const sizesOf = (database: Database, moves: readonly Move[]): Part[] =>
  sizeChanges(
    database,
    moves.map(({ item }) => item),
    moves.flatMap(({ next }) => (next ? [next] : [])),
  ).map((write) => ({ of: 'size', write }))

function partsOf(database: Database, { item, next }: Move): Part[] {
  const { jobs } = database.tables
  const deletion = isStill(item, 'job', new UpdateExpression()).buildCondition()
  const lock = next && takeLockAlong(database, item, next)
  return [
    {
      of: 'source',
      write: { Delete: { TableName: jobs, Key: toItem({ pk: item.pk, sk: item.sk }), ...deletion } },
    },
    ...(next
      ? [
          {
            of: 'target' as const,
            write: { Put: { TableName: jobs, Item: toItem(next), ConditionExpression: NOT_THERE } },
          },
        ]
      : []),
    ...(lock ? [{ of: 'lock' as const, write: lock }] : []),
  ]
}
