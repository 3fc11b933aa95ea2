import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
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

describe('a large payload', () => {
  const large = { id: 'a'.repeat(10_000) }
  const mail = task('mail')
  const objects: unknown[] = []
  const s3 = new S3Client({ region: 'us-east-1' })
  beforeEach(() => {
    objects.length = 0
    Object.assign(s3, { send: async ({ input }: { input: unknown }) => void objects.push(input) })
  })
  const clientWith = (options: { payloadsBucket?: string }) =>
    createClient({ config, dynamodb, s3, jobsTable: 'jobs', ...options })
  const itemsSent = () => JSON.stringify(sent.mock.calls)

  test('is kept in the bucket that the client is told of, and put before its job', async () => {
    sent.mockImplementationOnce(async () => {
      expect(objects).toHaveLength(1)
      return {}
    })
    await clientWith({ payloadsBucket: 'bucket' }).enqueue(mail, large)
    expect(objects).toEqual([
      {
        Bucket: 'bucket',
        Key: expect.stringMatching(/^90d\/[0-9a-f]{64}$/),
        Body: JSON.stringify(large),
        ContentType: 'application/json',
      },
    ])
    expect(itemsSent()).toContain('"payloadKey":{"S":"90d/')
    expect(itemsSent()).not.toContain(large.id)
  })

  test('stays in the table if nobody says where the bucket is', async () => {
    await clientWith({}).enqueue(mail, large)
    expect([objects, itemsSent().includes(large.id)]).toEqual([[], true])
  })

  test('and a small one never calls S3', async () => {
    await clientWith({ payloadsBucket: 'bucket' }).enqueueMany(mail, [{ payload: { id: 'a' } }])
    expect([objects, sent.mock.calls.length]).toEqual([[], 1])
  })

  test('that is too large, or whose job is due too late, is refused before anything is written', async () => {
    const client = clientWith({ payloadsBucket: 'bucket' })
    const tooLarge = client.enqueue(mail, { id: 'a'.repeat(5_000_001) })
    await expect(tooLarge).rejects.toThrow('5000000 are the most')
    await expect(client.enqueue(mail, large, { delay: '341d' })).rejects.toThrow('in 340 days at the latest')
    await expect(clientWith({}).enqueue(mail, { id: 'a'.repeat(400_000) })).rejects.toThrow('payloadsBucket')
    expect([objects, sent.mock.calls]).toEqual([[], []])
  })
})
