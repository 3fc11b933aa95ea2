import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import {
  createClient,
  defineConfig,
  defineTask,
  InvalidJobError,
  InvalidPayloadError,
} from '../../../lib/index.ts'
import { untyped } from '../../support/untyped.ts'

const config = defineConfig({ queues: { crm: { partition: { payload: 'id' } }, mail: { concurrency: 5 } } })
const task = <Queue extends 'crm' | 'mail'>(queue: Queue) =>
  defineTask({ name: `to-${queue}`, queue, payload: z.object({ id: z.string() }), handler: async () => {} })

const dynamodb = new DynamoDBClient({ region: 'us-east-1' })
const sqs = new SQSClient({ region: 'us-east-1' })
const client = createClient({
  config,
  dynamodb,
  sqs,
  jobsTable: 'jobs',
  stateTable: 'state',
  wakeQueueUrl: 'http://localhost/wake',
})

const sent = vi.fn(async () => ({}))
beforeEach(() => {
  sent.mockClear()
  Object.assign(dynamodb, { send: sent })
  Object.assign(sqs, { send: sent })
})

describe('the client refuses before it writes anything:', () => {
  test('a payload against the schema', async () => {
    const wrong = untyped({ id: 7 })
    await expect(client.enqueue(task('crm'), wrong)).rejects.toThrow(InvalidPayloadError)
    const many = client.enqueueMany(task('crm'), [{ payload: { id: 'a' } }, { payload: wrong }])
    await expect(many).rejects.toThrow('id: ')
    expect(sent).not.toHaveBeenCalled()
  })

  test.each([
    [{ priority: 11 }, 'priority 11'],
    [{ id: 'a b' }, 'may hold only'],
    [{ runAt: 'soon' }, 'runAt "soon"'],
    [{ partition: '' }, 'the partition is empty'],
  ])('%j', async (options, why) => {
    const enqueued = client.enqueue(task('crm'), { id: 'a' }, options)
    await expect(enqueued).rejects.toThrow(InvalidJobError)
    await expect(enqueued).rejects.toThrow(why)
    expect(sent).not.toHaveBeenCalled()
  })

  test.each([
    ['crm', undefined, 'is partitioned'],
    ['crm', '', 'the partition is empty'],
    ['mail', 'acme', 'is not partitioned'],
  ] as const)(
    'limits for %s and the partition %j, which would limit nothing',
    async (queue, partition, why) => {
      await expect(client.setLimits(queue, partition, { concurrency: 0 })).rejects.toThrow(why)
      expect(sent).not.toHaveBeenCalled()
    },
  )

  test('limits that the shards cannot hold, or that are none', async () => {
    await expect(client.setLimits('mail', undefined, { concurrency: 101 })).rejects.toThrow('at most 100')
    await expect(client.setLimits('mail', undefined, { concurrency: -1 })).rejects.toThrow('concurrency')
    expect(sent).not.toHaveBeenCalled()
  })
})

test('an accepted job says where it is', async () => {
  const at = new Date('2030-01-31T09:00:00Z')
  const job = await client.enqueue(task('mail'), { id: 'a' }, { id: 'mine', runAt: at, priority: 1 })
  expect(job).toEqual({ id: 'mine', pk: 'mail', sk: '1#2030-01-31T09:00:00.000Z#mine' })
  expect(sent).toHaveBeenCalledTimes(1)
})
