/** Takes a job out of its shard, under the protection of that shard's version. */
import { type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import type { RawItem } from '../../core/job/job.ts'
import type { ShardVersion } from '../../core/shard/state.ts'
import type { MoveOutcome, MoveTarget } from '../../ports/store.ts'
import { ALL_OLD, type Database, failedPart, isBusy } from './database.ts'
import { UpdateExpression } from './expression.ts'
import { toItem } from './item.ts'
import { isStill } from './judged.ts'
import { sameVersion } from './pass-expression.ts'
import { sizeChanges } from './sizes.ts'
import { claimKey } from './unique.ts'

/** Twins: another job with this id may stand there, and must not be overwritten. */
const NOT_THERE = 'attribute_not_exists(pk)'

export async function moveOut(
  database: Database,
  state: ShardVersion,
  item: RawItem,
  target: MoveTarget,
): Promise<MoveOutcome> {
  const put = 'job' in target ? [target.job] : []
  const parts = [
    unpassed(database, state),
    deletion(database, item),
    putInto(database, target),
    ...('job' in target && target.claim ? claimKey(database, target.claim, target.job) : []),
    ...sizeChanges(database, [item], put),
  ]
  try {
    await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return 'moved'
  } catch (error) {
    if (failedPart(error, 0)) return 'passed'
    const notThere = failedPart(error, 1)
    if (notThere) return notThere.Item ? 'changed' : 'gone'
    if (failedPart(error, 2)) return 'occupied'
    if (failedPart(error, 3) || failedPart(error, 4)) return 'locked'
    if (isBusy(error)) return 'busy'
    throw error
  }
}

/** Race: a pass has claimed the job since the state was read, and a worker may run it by now. */
function unpassed({ tables }: Database, state: ShardVersion): TransactWriteItem {
  const expression = new UpdateExpression()
  sameVersion(expression, state)
  const { ConditionExpression = '', ...names } = expression.buildCondition()
  return {
    ConditionCheck: {
      TableName: tables.state,
      Key: toItem({ pk: state.shard }),
      ConditionExpression,
      ...names,
    },
  }
}

const deletion = ({ tables }: Database, item: RawItem): TransactWriteItem => ({
  Delete: {
    TableName: tables.jobs,
    Key: toItem({ pk: item.pk, sk: item.sk }),
    ...isStill(item, 'job', new UpdateExpression()).buildCondition(),
    ReturnValuesOnConditionCheckFailure: ALL_OLD,
  },
})

const putInto = ({ tables }: Database, target: MoveTarget): TransactWriteItem =>
  'job' in target
    ? { Put: { TableName: tables.jobs, Item: toItem(target.job), ConditionExpression: NOT_THERE } }
    : { Put: { TableName: tables.history, Item: toItem(target.letter) } }
