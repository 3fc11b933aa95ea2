/**
 * Ends a job that has a unique key, or counts for the size of its queue, although callers who want the key, or put jobs, are
 * in the way. DynamoDB refuses a write that meets a
 * transaction, the SDK does not try that again, and an ending that is not written costs its job an attempt.
 */
import { TransactionConflictException } from '@aws-sdk/client-dynamodb'
import pRetry from 'p-retry'
import { partsOfItem } from '../../core/job/counted.ts'
import type { RawItem } from '../../core/job/job.ts'
import { lockKeyOf } from '../../core/job/lock.ts'
import { isBusy } from './database.ts'

/** Less than a second in all: a job's ending has three. */
const PAUSES = { retries: 5, minTimeout: 20, maxTimeout: 400, randomize: true }

export const unlessInTheWay = <T>(item: RawItem, write: () => Promise<T>): Promise<T> =>
  lockKeyOf(item) === undefined && partsOfItem(item).length === 0
    ? write()
    : pRetry(write, {
        ...PAUSES,
        shouldRetry: ({ error }) => isBusy(error) || error instanceof TransactionConflictException,
      })
