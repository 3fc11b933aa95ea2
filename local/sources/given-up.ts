/** Batches of a stream that Lambda has given up. */
import type { GivenUp, StreamRecord } from './stream.ts'

/** What Lambda sends to a stream mapping's on-failure destination: where the records are, not the records. */
export function givenUpMessage(
  batch: StreamRecord[],
  attempts: number,
  why: GivenUp,
  functionArn: string,
): string {
  const [first, last] = [batch[0], batch.at(-1)]
  return JSON.stringify({
    requestContext: {
      requestId: first?.eventID,
      functionArn: `${functionArn}:$LATEST`,
      condition: why,
      approximateInvokeCount: attempts,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId: first?.shardId,
      startSequenceNumber: first?.dynamodb.SequenceNumber,
      endSequenceNumber: last?.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: batch.length,
      streamArn: first?.eventSourceARN,
    },
  })
}

function arrival(record: StreamRecord | undefined): string {
  return new Date((record?.dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString()
}
