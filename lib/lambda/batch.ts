/** The messages of one batch share a process, and whatever ends it ends the handlers of all of them. */
import type { SQSRecord } from 'aws-lambda'
import { parseWorkMessage } from '../adapters/sqs/messages.ts'
import { type BatchResponse, batchResponse, handleEach } from './entry.ts'

/**
 * Handles a batch simultaneously, but for the jobs that are to run alone: those come afterwards, one after the other.
 * @param handle gets a record, and whether others are handled meanwhile
 */
export async function handleBatch(
  records: readonly SQSRecord[],
  handle: (record: SQSRecord, shared: boolean) => Promise<void>,
): Promise<BatchResponse> {
  const alone = records.filter(isAlone)
  const together = records.filter((record) => !alone.includes(record))
  const failed = await failedOf(together, (record) => handle(record, together.length > 1))
  for (const record of alone) failed.push(...(await failedOf([record], (record) => handle(record, false))))
  return batchResponse(failed)
}

function isAlone({ body }: SQSRecord): boolean {
  const message = parseWorkMessage(body)
  return message.ok && message.value.alone === true
}

async function failedOf(
  records: readonly SQSRecord[],
  handle: (record: SQSRecord) => Promise<void>,
): Promise<string[]> {
  const { batchItemFailures } = await handleEach(records, ({ messageId }) => messageId, handle)
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
}
