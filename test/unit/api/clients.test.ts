/** Connections that are accepted and never answered, as behind a load balancer whose path is dead. */
import { createServer, type Server, type Socket } from 'node:net'
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dynamoHistoryStore } from '../../../lib/adapters/dynamodb/history.ts'
import { type EndedRecord, endedKey } from '../../../lib/core/job/ended-job.ts'
import {
  BRIEF,
  callOptions,
  dynamoClient,
  PATIENT,
  type Patience,
  sqsClient,
} from '../../../lib/lambda/clients.ts'
import { onLoopback } from '../../support/loopback.ts'

const IMPATIENT: Patience = { connection_ms: 1000, answer_ms: 50 }
let server: Server
let endpoint: string
let sockets: Socket[]
let onConnection: (socket: Socket) => void

beforeEach(async () => {
  sockets = []
  onConnection = () => {}
  server = createServer((socket) => {
    sockets.push(socket)
    onConnection(socket)
  })
  endpoint = await onLoopback(server)
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

const options = () => ({
  endpoint,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
})
const read = () =>
  dynamoClient(options(), IMPATIENT).send(new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } }))

test('DynamoDB’s silence is an error, after as many tries as any other', async () => {
  await expect(read()).rejects.toMatchObject({ name: 'TimeoutError', $metadata: { attempts: 6 } })
  expect(sockets).toHaveLength(6)
})

test('and so is that of SQS', async () => {
  const asked = sqsClient(options(), IMPATIENT).send(new GetQueueUrlCommand({ QueueName: 'q' }))
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError', $metadata: { attempts: 6 } })
})

test('an answer that stops in its middle is one too', async () => {
  onConnection = (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"Item"')
  await expect(read()).rejects.toThrow()
})

test('a try that is answered ends it', async () => {
  onConnection = (socket) => {
    if (sockets.length > 1) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')
  }
  expect(await read()).not.toHaveProperty('Item')
  expect(sockets).toHaveLength(2)
})

const RECORD: EndedRecord = {
  ...endedKey({ queue: 'crm' }, 'a'),
  ending: 'done',
  task: 'sync',
  attempt: 1,
  runAt: 0,
  endedAt: 1,
  expiresAt: 1,
}
const remember = () => {
  const tables = { jobs: 'j', state: 's', history: 'h', schedules: 'c' }
  return dynamoHistoryStore({ client: dynamoClient(options(), PATIENT), tables }).rememberEnded(RECORD, 0)
}

test('a history that does not answer is given up long before that', async () => {
  await expect(remember()).rejects.toMatchObject({ name: 'TimeoutError', code: DOMException.TIMEOUT_ERR })
  expect(sockets).toHaveLength(1)
})

test('and one that has no room, although the SDK waits before it tries again', async () => {
  const body = '{"__type":"ThrottlingException"}'
  const headers = `Content-Type: application/x-amz-json-1.0\r\nContent-Length: ${body.length}`
  onConnection = (socket) =>
    void socket.on('data', () => socket.write(`HTTP/1.1 400 Bad Request\r\n${headers}\r\n\r\n${body}`))
  await expect(remember()).rejects.toMatchObject({ name: 'TimeoutError', code: DOMException.TIMEOUT_ERR })
})

test('all tries of a function fit into a dispatcher’s 30 s, and a client anywhere has longer', () => {
  const { maxAttempts, requestHandler } = callOptions(BRIEF)
  expect(maxAttempts * requestHandler.requestTimeout).toBeLessThan(30_000)
  expect(callOptions(PATIENT).requestHandler.requestTimeout).toBeGreaterThan(requestHandler.requestTimeout)
})
