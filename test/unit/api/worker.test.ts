import type { Context, SQSEvent } from 'aws-lambda'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { defineTask } from '../../../lib/api/task.ts'
import { createWorker } from '../../../lib/api/worker.ts'

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  for (const table of ['JOBS', 'STATE', 'HISTORY', 'SCHEDULES'])
    vi.stubEnv(`SLUICE_${table}_TABLE`, 'a-table')
  for (const queue of ['WORK', 'WAKE']) vi.stubEnv(`SLUICE_${queue}_QUEUE_URL`, 'http://127.0.0.1:1/queue')
  vi.stubEnv('SLUICE_CONFIG', JSON.stringify({ queues: { crm: {} } }))
  vi.stubEnv('SLUICE_CONFIG_HASH', 'a-hash')
})
afterAll(() => vi.unstubAllEnvs())

const task = (name: string, queue: string) =>
  defineTask({ name, queue, payload: z.unknown(), handler: async () => {} })
const record = { messageId: 'm', body: 'rubbish', attributes: { ApproximateReceiveCount: '1' } }
const event = { Records: [record] } as unknown as SQSEvent
const context = { awsRequestId: 'r', getRemainingTimeInMillis: () => 10_000 } as Context

test('a task of a queue that is not configured any more keeps no other from running', async () => {
  const handler = createWorker([task('sync', 'crm'), task('left-over', 'gone')])
  // The message makes no sense and is dropped: it does not come again for a task that it does not even name.
  expect(await handler(event, context)).toEqual({ batchItemFailures: [] })
})

test('two tasks may not have one name', () => {
  expect(() => createWorker([task('sync', 'crm'), task('sync', 'crm')])).toThrow('two tasks named "sync"')
})
