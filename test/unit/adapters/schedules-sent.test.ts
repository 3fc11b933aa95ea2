/** How often a job that may be put at most once is sent: by the SDK's own client, to a server that fails. */
import { createServer, type ServerResponse } from 'node:http'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterEach, expect, test } from 'vitest'
import { dynamoStore } from '../../../lib/adapters/dynamodb/store.ts'
import { dynamoClient } from '../../../lib/lambda/clients.ts'
import type { ScheduleStore } from '../../../lib/ports/store.ts'
import { jobItem } from '../../support/builders.ts'
import { onLoopback } from '../../support/loopback.ts'

type Answer = (response: ServerResponse) => void

const json =
  (status: number, body: object): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
const refused = (name: string): Answer =>
  json(400, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no' })
const LOST: Answer = (response) => void response.destroy()
const BROKEN = json(500, { __type: 'InternalServerError', message: 'no' })
const SILENT: Answer = () => {}
const DONE = json(200, {})

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Answers calls in this order, the last of them from then on. */
async function storeBehind(...answers: readonly Answer[]) {
  let calls = 0
  const server = createServer((_request, response) => {
    const answer = answers[Math.min(calls++, answers.length - 1)]
    answer?.(response)
  })
  const options = {
    endpoint: await onLoopback(server),
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const client = dynamoClient(options, { connection_ms: 1000, answer_ms: 100 })
  closing.push(() => {
    client.destroy()
    server.closeAllConnections()
    server.close()
  })
  const tables = { jobs: 'jobs', state: 'state', history: 'history', schedules: 'schedules' }
  return { store: dynamoStore({ client, tables }), options, calls: () => calls }
}

const put = (schedules: ScheduleStore) => schedules.putAtMostOnce(jobItem())

test.each([
  ['whose reply is lost', LOST],
  ['that DynamoDB could not finish', BROKEN],
  ['that nobody answers', SILENT],
])('a job %s is not sent again', async (_what, answer) => {
  const { store, calls } = await storeBehind(answer, DONE)
  await expect(put(store.schedules)).rejects.toThrow()
  expect(calls()).toBe(1)
})

test('any other job is', async () => {
  const { store, calls } = await storeBehind(LOST, DONE)
  expect(await store.jobs.put(jobItem())).toBe('put')
  expect(calls()).toBe(2)
})

test.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'TransactionConflictException'])(
  'a job that DynamoDB has not taken is: %s',
  async (name) => {
    const { store, calls } = await storeBehind(refused(name), refused(name), DONE)
    expect(await put(store.schedules)).toBe('put')
    expect(calls()).toBe(3)
  },
)

test('what has failed is what DynamoDB says', async () => {
  const { store } = await storeBehind(refused('AccessDeniedException'))
  await expect(put(store.schedules)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  const { store: broken } = await storeBehind(BROKEN)
  await expect(put(broken.schedules)).rejects.toMatchObject({ name: 'InternalServerError' })
})

test('a client that its owner has made is no exception', async () => {
  const { options, calls } = await storeBehind(LOST, DONE)
  const own = new DynamoDBClient({ ...options, maxAttempts: 4, retryMode: 'adaptive' })
  const tables = { jobs: 'jobs', state: 'state', history: 'history', schedules: 'schedules' }
  await expect(put(dynamoStore({ client: own, tables }).schedules)).rejects.toThrow()
  expect(calls()).toBe(1)
})
