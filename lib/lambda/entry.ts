/** The one middleware stack of all functions. */
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { Context as LambdaContext } from 'aws-lambda'
import { powertools } from '../adapters/powertools/logger.ts'
import { publishMetrics } from '../adapters/powertools/metrics.ts'
import { logger } from './context.ts'

export type LambdaHandler<Event, Result> = (event: Event, context: LambdaContext) => Promise<Result>

/**
 * Lambda stops the process at the invocation's timeout, and every slot's deadline rests on that. An invocation that is
 * ended a moment earlier is an ordinary error, after which Lambda keeps the process and lets its handlers go on.
 */
const NEVER_EARLY: middy.PluginObject = { timeoutEarlyInMillis: 0 }

/** A Lambda handler whose log lines carry the invocation, and whose errors are logged before Lambda sees them. */
export const lambda = <Event, Result>(handler: LambdaHandler<Event, Result>): LambdaHandler<Event, Result> =>
  middy<Event, Result>(NEVER_EARLY)
    .use(injectLambdaContext(powertools))
    .use(logError())
    .use(publishMetrics())
    .handler(handler)

const logError = (): middy.MiddlewareObj => ({
  onError: ({ error }) => {
    logger.error('the invocation failed', { error })
  },
})

export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

/** The records of a batch that have to come again. */
export const batchResponse = (failed: readonly string[]): BatchResponse => ({
  batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })),
})

/**
 * Handles the records of a batch simultaneously; one that throws comes again, alone. Returns when all have ended,
 * whichever way, so that none goes on after the invocation.
 */
export async function handleEach<Item>(
  records: readonly Item[],
  idOf: (record: Item) => string,
  handle: (record: Item) => Promise<void>,
): Promise<BatchResponse> {
  const outcomes = await Promise.allSettled(records.map(async (record) => handle(record)))
  const failed = records.filter((_, index) => outcomes[index]?.status === 'rejected')
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      logger.error('a record failed and will come again', { error: outcome.reason })
  }
  return batchResponse(failed.map(idOf))
}
