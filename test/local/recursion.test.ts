/** Lambda's detection of recursive loops: a chain of messages that comes back to a function too often. */
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, startCloud } from '../../local/cloud.ts'
import { nextTrace } from '../../local/lambda/lineage.ts'
import { getAtt, mapping, queue, ref, writeAssembly } from './fixture.ts'

/** Sends the number that it gets on, plus one, to where it came from. */
const LOOP = `
import { SQSClient, SendMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs'
const sqs = new SQSClient()
export const handler = async ({ Records: [{ body }] }) => {
  const [QueueUrl, next] = [process.env.QUEUE, String(Number(body) + 1)]
  if (Number(body) % 2) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: next }))
  else await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: next }] }))
}`

let cloud: Cloud
let sqs: SQSClient
let assembly: Awaited<ReturnType<typeof writeAssembly>>
const notices: string[] = []

beforeAll(async () => {
  const loop = (QUEUE: string, properties = {}) => ({
    code: LOOP,
    environment: { QUEUE: ref(QUEUE) },
    properties,
  })
  const RedrivePolicy = { deadLetterTargetArn: getAtt('Dead'), maxReceiveCount: 2 }
  assembly = await writeAssembly({
    functions: { Stops: loop('Short'), Goes: loop('Endless', { RecursiveLoop: 'Allow' }) },
    resources: {
      Short: queue({ VisibilityTimeout: 1, RedrivePolicy }),
      Endless: queue(),
      Dead: queue(),
      ShortMapping: mapping('Stops', getAtt('Short')),
      EndlessMapping: mapping('Goes', getAtt('Endless')),
    },
  })
  cloud = await startCloud({ assembly: assembly.dir, notice: (text) => notices.push(text) })
  const { region, credentials, endpoints } = cloud
  sqs = new SQSClient({ region, credentials, endpoint: endpoints.sqs })
})
afterAll(async () => {
  await cloud?.stop()
  await assembly?.[Symbol.asyncDispose]()
})

const url = (id: string) => cloud.resources[id]?.url
const send = (id: string) => sqs.send(new SendMessageCommand({ QueueUrl: url(id), MessageBody: '1' }))

async function deadLetter() {
  for (;;) {
    const AttributeNames = { MessageSystemAttributeNames: ['All' as const] }
    const command = new ReceiveMessageCommand({
      QueueUrl: url('Dead'),
      WaitTimeSeconds: 10,
      ...AttributeNames,
    })
    const [message] = (await sqs.send(command)).Messages ?? []
    if (message) return message
  }
}

test('a function is not invoked a seventeenth time in one chain, and the message comes back', async () => {
  const numbers: string[] = []
  // Each sends the next message before it ends, so their ends may come in any order.
  cloud.on('start', ({ logicalId, payload }) => {
    if (logicalId === 'Stops') numbers.push(JSON.parse(payload).Records[0].body)
  })
  await send('Short')
  const { Body, Attributes } = await deadLetter()
  expect(numbers).toEqual(Array.from({ length: 16 }, (_, i) => String(i + 1)))
  expect(Body).toBe('17')
  expect(Attributes?.['AWSTraceHeader']).toMatch(
    /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};.*;Lineage=1:[0-9a-f]{8}:16$/,
  )
  expect(notices.filter((text) => text.includes('stops such a loop'))).toHaveLength(2)
})

test('a function that allows loops is invoked on and on', async () => {
  const further = cloud.next('invocation', ({ logicalId, payload }) => {
    return logicalId === 'Goes' && JSON.parse(payload).Records[0].body === '20'
  })
  await send('Endless')
  await further
})

test('a chain counts each function by itself, and of a batch the longest chain', () => {
  let header = nextTrace('a').header
  for (let hop = 0; hop < 15; hop++) header = nextTrace('b', [nextTrace('a', [header]).header]).header
  expect(header).toMatch(/Lineage=1:\w{8}:16\|1:\w{8}:15$/)
  expect(nextTrace('b', [header]).isTooLong).toBe(false)
  expect(nextTrace('a', [nextTrace('b').header, header]).isTooLong).toBe(true)
  expect(nextTrace('c', [header]).isTooLong).toBe(false)
  expect(nextTrace('a', ['Root=1-0-0;Sampled=1', 'rubbish']).isTooLong).toBe(false)
})
