/**
 * Sends a put that must not be made twice. The SDK sends one again whose reply was lost, although it may have been carried out; so
 * here every failure is hidden from what would try again, and given to the caller.
 */
import type { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'

/** What the SDK does not know it does not try again. Not a `cause`, which it looks at, too. */
class Failed extends Error {
  readonly origin: unknown
  constructor(origin: unknown) {
    super('the put has failed, and is not sent again')
    this.origin = origin
  }
}

export async function sendOnce(client: DynamoDBClient, command: PutItemCommand): Promise<void> {
  command.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request)
      } catch (error) {
        throw new Failed(error)
      }
    },
    // Behind what tries again.
    { step: 'finalizeRequest', priority: 'low', name: 'failsOnce' },
  )
  try {
    await client.send(command)
  } catch (error) {
    throw error instanceof Failed ? error.origin : error
  }
}

const REFUSALS = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']

/** DynamoDB says itself that it has not carried a call out. */
export const isRefused = (error: unknown): boolean => error instanceof Error && REFUSALS.includes(error.name)
