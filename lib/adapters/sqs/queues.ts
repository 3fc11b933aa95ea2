/** The two queues on SQS. */
import { createHash } from 'node:crypto'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { ShardKey } from '../../core/keys.ts'
import { MAX_DELAY_MS } from '../../core/times.ts'
import type { WakeQueue, WorkQueue } from '../../ports/queues.ts'
import { sendAll } from './batches.ts'
import { messageBody } from './messages.ts'

export const sqsWorkQueue = (client: SQSClient, queueUrl: string): WorkQueue => ({
  send: (messages) =>
    sendAll(client, queueUrl, messages, (message) => ({
      MessageBody: messageBody(message),
      MessageGroupId: groupOf(message.pk),
    })),
})

export const sqsWakeQueue = (client: SQSClient, queueUrl: string): WakeQueue => ({
  send: (messages) =>
    sendAll(client, queueUrl, messages, ({ delay_ms, ...message }) => ({
      MessageBody: messageBody(message),
      DelaySeconds: Math.floor(Math.min(delay_ms, MAX_DELAY_MS) / 1000),
    })),
})

/**
 * The group makes a standard queue fair: one tenant's messages do not hold up another's. All shards of a partition are one
 * tenant. SQS allows 128 characters from a small set in a group's name.
 */
function groupOf(shard: ShardKey): string {
  const [queue, partition = ''] = shard.split('|')
  return createHash('sha256').update(`${queue}|${partition}`).digest('base64url')
}
