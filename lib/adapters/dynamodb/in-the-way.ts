/**
 * Makes a write although others are in the way. DynamoDB refuses one that meets a transaction, and a transaction that finds no
 * room; nothing has been written then, and the SDK does not try either again. What that costs: a job that has ended runs
 * again, for its ending is not written; a slot is not freed before its deadline.
 */
import { TransactionConflictException } from '@aws-sdk/client-dynamodb'
import pRetry from 'p-retry'
import { isBusy } from './database.ts'

/** About two seconds in all: a job's ending has three. Of those who want one item, each other try finds it free. */
const PAUSES = { retries: 8, minTimeout: 20, maxTimeout: 400, randomize: true }

/** @param isRefused whether another error, too, says that nothing has been written */
export const unlessInTheWay = <T>(
  write: () => Promise<T>,
  isRefused: (error: unknown) => boolean = () => false,
): Promise<T> =>
  pRetry(write, {
    ...PAUSES,
    shouldRetry: ({ error }) =>
      isBusy(error) || error instanceof TransactionConflictException || isRefused(error),
  })
