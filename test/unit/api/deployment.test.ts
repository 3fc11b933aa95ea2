/** CloudFormation waits for an answer at an address: here a server on the loopback. */
import { createServer, type Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseRequest } from '../../../lib/adapters/cloudformation/custom-resource.ts'
import type { DeploymentRecord } from '../../../lib/core/deployment.ts'
import { type DeploymentContext, onDeployment } from '../../../lib/lambda/deployment.ts'
import { NOW } from '../../support/builders.ts'
import { onLoopback } from '../../support/loopback.ts'

interface Put {
  readonly method: string | undefined
  readonly contentType: string | undefined
  readonly contentLength: string | undefined
  readonly answer: Readonly<Record<string, string>>
}
let server: Server
let url: string
let puts: Put[]
/** How CloudFormation answers the next requests. */
let statuses: number[]
let happened: string[]
let record: DeploymentRecord | undefined

beforeEach(async () => {
  puts = []
  statuses = []
  happened = []
  record = undefined
  server = createServer(async (request, response) => {
    const answer = (await json(request)) as Put['answer']
    const { 'content-type': contentType, 'content-length': contentLength } = request.headers
    puts.push({ method: request.method, contentType, contentLength, answer })
    happened.push('answered')
    response.writeHead(statuses.shift() ?? 200).end()
  })
  url = await onLoopback(server)
})
afterEach(() => void server.close())

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const working = (): DeploymentContext => ({
  log: {
    read: async () => record,
    write: async (next) => {
      record = next
      happened.push('recorded')
      return true
    },
  },
  clock: { now: () => NOW, sleep: async () => {} },
  events: { emit: () => {} },
  applySchedules: async () => void happened.push('applied'),
  sweep: async () => {
    happened.push('swept')
    return 7
  },
})

function requestOf(RequestType: string, properties: object) {
  const request = parseRequest({
    RequestType,
    RequestId: 'request',
    ResponseURL: `${url}/answer?signature=x`,
    StackId: 'stack',
    LogicalResourceId: 'Jobs',
    PhysicalResourceId: 'whatever',
    ResourceType: 'Custom::SluiceDeployment',
    ResourceProperties: { ServiceToken: 'arn', ServiceTimeout: '300', ...properties },
  })
  if (!request) throw new Error('this is a request')
  return request
}
const ask = (RequestType: string, properties: object, context = working) =>
  onDeployment(context, silent, requestOf(RequestType, properties))
const ENDS = { stage: 'ends', configuration: 'hash' }

test('events of the clock are no requests', () => {
  expect(parseRequest({ kind: 'tick' })).toBeUndefined()
})

describe('a deploy', () => {
  test.each(['Create', 'Update'])(
    '%s is recorded, then answered, and then all shards are looked at',
    async (type) => {
      expect(await ask(type, ENDS)).toBe(7)
      expect(happened).toEqual(['recorded', 'answered', 'applied', 'swept'])
      expect(record).toMatchObject({ number: 1, configuration: 'hash' })
      expect(puts).toEqual([
        {
          method: 'PUT',
          contentType: undefined, // The signature of the address does not allow one.
          contentLength: expect.any(String),
          answer: {
            Status: 'SUCCESS',
            PhysicalResourceId: 'Jobs',
            StackId: 'stack',
            RequestId: 'request',
            LogicalResourceId: 'Jobs',
          },
        },
      ])
    },
  )

  test('that begins changes nothing yet that a sweep would see', async () => {
    await ask('Update', { ...ENDS, stage: 'begins' })
    expect(happened).toEqual(['recorded', 'answered'])
  })

  test('succeeds though the sweep fails', async () => {
    const context = () => ({ ...working(), sweep: () => Promise.reject(new Error('no')) })
    expect(await ask('Update', ENDS, context)).toBe(0)
    expect(puts).toMatchObject([{ answer: { Status: 'SUCCESS' } }])
  })

  test('succeeds though its schedules cannot be applied, and the sweep comes all the same', async () => {
    const context = () => ({ ...working(), applySchedules: () => Promise.reject(new Error('no')) })
    expect(await ask('Update', ENDS, context)).toBe(7)
    expect(puts).toMatchObject([{ answer: { Status: 'SUCCESS' } }])
  })

  test('whose answer is refused at first is answered again', async () => {
    statuses = [503, 200]
    await ask('Update', ENDS)
    expect(happened).toEqual(['recorded', 'answered', 'answered', 'applied', 'swept'])
  })

  test.each<[string, object, () => DeploymentContext, RegExp]>([
    [
      'cannot be recorded',
      ENDS,
      () => ({ ...working(), log: { ...working().log, read: () => Promise.reject(new Error('throttled')) } }),
      /throttled/,
    ],
    [
      'finds a function that lacks something',
      ENDS,
      () => {
        throw new Error('SLUICE_STATE_TABLE is not set')
      },
      /SLUICE_STATE_TABLE/,
    ],
    ['does not say what it is', { stage: 'pauses' }, working, /stage/],
  ])('that %s fails with the reason, and no sweep', async (_, properties, context, reason) => {
    expect(await ask('Update', properties, context)).toBe(0)
    expect(happened).toEqual(['answered'])
    expect(puts).toMatchObject([{ answer: { Status: 'FAILED', Reason: expect.stringMatching(reason) } }])
  })
})

test('a deletion always succeeds and does nothing', async () => {
  const context = () => {
    throw new Error('nothing works any more')
  }
  expect(await ask('Delete', {}, context)).toBe(0)
  expect(happened).toEqual(['answered'])
  expect(puts).toMatchObject([{ answer: { Status: 'SUCCESS', PhysicalResourceId: 'Jobs' } }])
})
