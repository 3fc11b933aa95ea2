/** Puts the jobs of a schedule's ticks: with the schedule in one transaction, or one by itself that is never sent again. */
import {
  PutItemCommand,
  TransactionInProgressException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import type { JobItem } from '../../core/job/job.ts'
import type { Lock } from '../../core/job/lock.ts'
import type { Firing, FiringOutcome, ScheduleStore } from '../../ports/schedules.ts'
import {
  ALL_OLD,
  type Database,
  failedPart,
  fromItem,
  isBusy,
  isConditionFailed,
  toItem,
} from './database.ts'
import { unlessInTheWay } from './in-the-way.ts'
import { asFound, isOwnWrite } from './schedule-found.ts'
import { isRefused, sendOnce } from './send-once.ts'
import { sizeChanges } from './sizes.ts'
import { lockParts } from './unique.ts'

/**
 * Race: this very tick has been fired by somebody else, or delivered twice. Its job may run, and be done: it must neither be put
 * back nor counted again.
 */
const NOT_THERE = 'attribute_not_exists(pk)'

/** The schedule, its jobs, the lock, and how many jobs there are: up to 60 parts, of which a transaction takes a hundred. */
export async function fire(database: Database, firing: Firing): Promise<FiringOutcome> {
  const { schedule, found, jobs, lock } = firing
  const parts: TransactWriteItem[] = [
    {
      Put: {
        TableName: database.tables.schedules,
        Item: toItem(schedule),
        ...asFound(found),
        ReturnValuesOnConditionCheckFailure: ALL_OLD,
      },
    },
    ...jobs.map((job) => ({ Put: putOf(database, job) })),
    ...(lock ? lockParts(database, lock.lock, lock.found, lock.lock.job) : []),
    ...sizeChanges(database, [], jobs),
  ]
  try {
    await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    return { kind: 'fired' }
  } catch (error) {
    const outcome = ofSchedule(error, firing) ?? ofJobs(error, firing) ?? ofLock(error, firing)
    if (outcome) return outcome
    // The same transaction, sent again before the first was done, is busy with itself.
    if (isBusy(error) || error instanceof TransactionInProgressException) return { kind: 'busy' }
    throw error
  }
}

function ofSchedule(error: unknown, { schedule }: Firing): FiringOutcome | undefined {
  const failed = failedPart(error, 0)
  if (!failed) return undefined
  // What a transaction writes it writes whole: if the schedule is this, the jobs have been put.
  return { kind: isOwnWrite(failed.Item, schedule) ? 'fired' : 'stale' }
}

function ofJobs(error: unknown, { jobs }: Firing): FiringOutcome | undefined {
  const standing = jobs.filter((_job, index) => failedPart(error, 1 + index))
  return standing.length === 0
    ? undefined
    : { kind: 'exists', keys: standing.map(({ pk, sk }) => ({ pk, sk })) }
}

function ofLock(error: unknown, { jobs, lock }: Firing): FiringOutcome | undefined {
  const standing = failedPart(error, 1 + jobs.length)
  if (lock && standing?.Item) return { kind: 'locked', lock: fromItem(standing.Item) as unknown as Lock }
  const isThere = failedPart(error, 2 + jobs.length) !== undefined
  return lock?.found && isThere ? { kind: 'locked', lock: lock.found } : undefined
}

const putOf = ({ tables }: Database, job: JobItem) => ({
  TableName: tables.jobs,
  Item: toItem(job),
  ConditionExpression: NOT_THERE,
})

/** Race: a copy of it may come when its job has run and is gone. So it is sent again only if it has not been carried out. */
export const putAtMostOnce = (database: Database, job: JobItem): ReturnType<ScheduleStore['putAtMostOnce']> =>
  unlessInTheWay(() => putOnce(database, job), isRefused)

async function putOnce(database: Database, job: JobItem): ReturnType<ScheduleStore['putAtMostOnce']> {
  const put = putOf(database, job)
  const sizes = sizeChanges(database, [], [job])
  const parts = [{ Put: put }, ...sizes]
  try {
    // DynamoDB knows a transaction that the SDK sends again by its token, for ten minutes.
    if (sizes.length > 0) await database.client.send(new TransactWriteItemsCommand({ TransactItems: parts }))
    else await sendOnce(database.client, new PutItemCommand(put))
    return 'put'
  } catch (error) {
    if (isConditionFailed(error) || failedPart(error, 0)) return 'exists'
    throw error
  }
}
