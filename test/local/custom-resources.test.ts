/** Resources that a function of the stack creates. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import { type Fixture, getAtt, ref, table, writeAssembly } from './fixture.ts'

/** Says what it got, and answers as its properties say. */
const CREATES = `
export const handler = async (event) => {
  console.log(JSON.stringify(event))
  const { StackId, RequestId, LogicalResourceId, ResponseURL, ResourceProperties } = event
  const { Answer = '{}', Throws, Silent } = ResourceProperties
  if (Throws) throw new Error(Throws)
  if (Silent) return
  const PhysicalResourceId = 'made-by-hand'
  const answer = { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId, ...JSON.parse(Answer) }
  const response = await fetch(ResponseURL, { method: 'PUT', body: JSON.stringify(answer) })
  if (!response.ok) throw new Error('refused')
}`

const custom = (properties: object, type = 'Custom::Thing') => ({
  Type: type,
  Properties: { ServiceToken: getAtt('Creates'), ...properties },
})

async function start(fixture: Partial<Fixture>, log: (text: string) => void = () => {}) {
  const functions = { Creates: { code: CREATES } }
  const assembly = await writeAssembly({ functions, resources: {}, ...fixture })
  onTestFinished(() => assembly[Symbol.asyncDispose]())
  return await startCloud({ assembly: assembly.dir, log: (_, text) => log(text) })
}

test('is created with what CloudFormation sends, and its data is in the outputs', async () => {
  const data = { Endpoint: 'https://thing', Port: 7 }
  let said = ''
  const fixture = {
    resources: {
      Items: table(),
      Second: custom({ Answer: '{}', Saw: getAtt('First', 'Endpoint'), Name: ref('First') }),
      First: custom({
        Table: ref('Items'),
        Flags: [true, { Count: 3 }],
        Answer: JSON.stringify({ Data: data }),
      }),
      Plain: custom({}, 'AWS::CloudFormation::CustomResource'),
    },
    outputs: { Endpoint: getAtt('First', 'Endpoint'), Port: getAtt('First', 'Port'), Id: ref('First') },
  }
  await using cloud = await start(fixture, (text) => {
    said += text
  })
  expect(cloud.outputs).toEqual({ Endpoint: 'https://thing', Port: '7', Id: 'made-by-hand' })
  const [first, second, plain] = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(first).toMatchObject({
    RequestType: 'Create',
    ServiceToken: cloud.resources['Creates']?.arn,
    StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Test/local',
    LogicalResourceId: 'First',
    ResourceType: 'Custom::Thing',
    ResourceProperties: { Table: 'Test-Items', Flags: ['true', { Count: '3' }] },
  })
  expect(second.ResourceProperties).toMatchObject({ Saw: 'https://thing', Name: 'made-by-hand' })
  expect(plain.ResourceType).toBe('AWS::CloudFormation::CustomResource')
})

describe('stops the start with the reason', () => {
  const answer = (fields: object) => ({ Answer: JSON.stringify(fields) })
  test.each([
    ['that the function gives', answer({ Status: 'FAILED', Reason: 'no such thing' }), 'no such thing'],
    ['that the function failed', { Throws: 'on purpose' }, 'its function failed with Error: on purpose'],
    ['that there is no answer', { Silent: true, ServiceTimeout: 1 }, 'within 1 s'],
    ['that the answer is another’s', answer({ RequestId: 'x' }), 'another RequestId'],
    ['that the answer is incomplete', answer({ PhysicalResourceId: '' }), 'PhysicalResourceId'],
    ['that the answer is too long', answer({ Data: { a: 'x'.repeat(4096) } }), 'more than 4096 bytes'],
    [
      'that nobody creates it',
      { ServiceToken: 'arn:aws:sns:us-east-1:1:topic' },
      'not a function of this stack',
    ],
  ])('%s', async (_, properties, message) => {
    const started = start({ resources: { Thing: custom(properties) } })
    await expect(started).rejects.toThrow(/Custom::Thing Thing/)
    await expect(started).rejects.toThrow(message)
  })

  test('that something uses what is not known yet', async () => {
    const functions = { Creates: { code: CREATES, environment: { THING: ref('Thing') } } }
    await expect(start({ functions, resources: { Thing: custom({}) } })).rejects.toThrow(
      'outputs and other custom resources',
    )
  })
})
