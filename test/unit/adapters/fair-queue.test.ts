import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { sqsWorkQueue } from '../../../lib/adapters/sqs/queues.ts'
import type { ShardKey, SortKey } from '../../../lib/core/keys.ts'
import { asToken } from '../../support/builders.ts'

async function groupsOf(...shards: readonly string[]): Promise<(string | undefined)[]> {
  const groups: (string | undefined)[] = []
  const send = async ({ input }: SendMessageBatchCommand) => {
    groups.push(...(input.Entries ?? []).map(({ MessageGroupId }) => MessageGroupId))
    return {}
  }
  const messages = shards.map((pk) => ({ pk: pk as ShardKey, sk: 's' as SortKey, token: asToken('t') }))
  await sqsWorkQueue({ send } as unknown as SQSClient, 'https://sqs.example/queue').send(messages)
  return groups
}

test('all shards of a partition are one tenant of the fair queue, and no other', async () => {
  const [plain, first, second, other, otherQueue] = await groupsOf(
    'crm|acme',
    'crm|acme|0',
    'crm|acme|7',
    'crm|beta|0',
    'mail|acme|0',
  )
  expect([first, second]).toEqual([plain, plain])
  expect(new Set([plain, other, otherQueue]).size).toBe(3)
})

test('the name of a group is one that SQS takes, however long a partition is', async () => {
  const [group, other] = await groupsOf(`crm|a${'ü'.repeat(255)}`, `crm|b${'ü'.repeat(255)}`)
  expect(group).toMatch(/^[A-Za-z0-9_-]{1,128}$/)
  expect(other).not.toBe(group)
})
