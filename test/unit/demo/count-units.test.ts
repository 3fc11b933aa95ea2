/** A counter that stands between a client and a database, and changes nothing but one field of the request. */
import { createServer, type Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { countUnits, type UnitCounter } from '../../../demo/count-units.ts'
import { onLoopback } from '../../support/loopback.ts'

let engine: Server
let counter: UnitCounter
let received: unknown
let answer: { status: number; body: unknown }

beforeEach(async () => {
  engine = createServer(async (request, response) => {
    received = await json(request)
    response.writeHead(answer.status).end(JSON.stringify(answer.body))
  })
  counter = await countUnits(await onLoopback(engine))
})

afterEach(async () => {
  await counter.stop()
  engine.close()
})

async function send(operation: string, body: object): Promise<Response> {
  return fetch(counter.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
    body: JSON.stringify(body),
  })
}

it('asks for the consumed capacity, adds it up and passes everything on', async () => {
  answer = { status: 200, body: { ConsumedCapacity: { CapacityUnits: 2.5 } } }
  const response = await send('PutItem', { TableName: 'Jobs' })
  expect(received).toEqual({ TableName: 'Jobs', ReturnConsumedCapacity: 'TOTAL' })
  expect(await response.json()).toEqual(answer.body)
  answer = { status: 200, body: { ConsumedCapacity: [{ CapacityUnits: 1 }, { CapacityUnits: 2 }] } }
  await send('TransactWriteItems', { TransactItems: [] })
  await send('Query', { TableName: 'Jobs' })
  expect(await counter.units()).toEqual({ writes: 5.5, reads: 3 })
})

it('counts a write whose condition fails, and no other refusal', async () => {
  answer = {
    status: 400,
    body: { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException' },
  }
  expect((await send('UpdateItem', { TableName: 'State' })).status).toBe(400)
  answer = { status: 400, body: { __type: 'ValidationException' } }
  await send('UpdateItem', { TableName: 'State' })
  expect(await counter.units()).toEqual({ writes: 1, reads: 0 })
})

it('leaves alone what costs nothing', async () => {
  answer = { status: 200, body: {} }
  await send('DescribeTable', { TableName: 'Jobs' })
  expect(received).toEqual({ TableName: 'Jobs' })
})
