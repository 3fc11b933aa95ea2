/** A stack that runs gets other functions. */
import { expect, onTestFinished, test } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import { type Fixture, getAtt, queue, writeAssembly } from './fixture.ts'

const says = (version: number) => `
export const handler = async (event) => {
  if (event.holds) await new Promise((resolve) => setTimeout(resolve, event.holds))
  return ${version}
}`
const ANSWERS = `
export const handler = async (event) => {
  console.log(JSON.stringify(event))
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event
  const answer = { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId: 'thing' }
  await fetch(ResponseURL, { method: 'PUT', body: JSON.stringify(answer) })
}`
const thing = (Version: string) => ({
  Type: 'Custom::Thing',
  Properties: { ServiceToken: getAtt('Answers'), Version },
})

async function assemblyOf(version: number, resources: Fixture['resources'] = {}): Promise<string> {
  const functions = { Says: { code: says(version) }, Answers: { code: ANSWERS } }
  const assembly = await writeAssembly({
    functions,
    resources: { Thing: thing(`v${version}`), ...resources },
  })
  onTestFinished(() => assembly[Symbol.asyncDispose]())
  return assembly.dir
}

test('what runs ends as it would have; then both versions are at work, and in the end the new one', async () => {
  await using cloud = await startCloud({ assembly: await assemblyOf(1) })
  const held = cloud.invoke('Says', { holds: 500 })
  await cloud.next('start', ({ logicalId }) => logicalId === 'Says')
  await cloud.update(await assemblyOf(2), { overlap_ms: 60_000 })
  expect([await cloud.invoke('Says', {}), await cloud.invoke('Says', {})].toSorted()).toEqual([1, 2])
  expect(await held).toBe(1)
  await cloud.update(await assemblyOf(3), { overlap_ms: 0 })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([await cloud.invoke('Says', {}), await cloud.invoke('Says', {})]).toEqual([3, 3])
})

test('custom resources are told of other properties, and only of these', async () => {
  let said = ''
  const log = (_: string, text: string) => {
    said += text
  }
  await using cloud = await startCloud({ assembly: await assemblyOf(1), log })
  await cloud.update(await assemblyOf(2))
  await cloud.update(await assemblyOf(2))
  const events = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events).toMatchObject([
    { RequestType: 'Create', ResourceProperties: { Version: 'v1' } },
    {
      RequestType: 'Update',
      PhysicalResourceId: 'thing',
      ResourceProperties: { Version: 'v2' },
      OldResourceProperties: { Version: 'v1' },
    },
  ])
})

test('nothing but functions can change', async () => {
  await using cloud = await startCloud({ assembly: await assemblyOf(1) })
  const more = await assemblyOf(1, { More: queue() })
  await expect(cloud.update(more)).rejects.toThrow('More of the stack changed, and only functions can')
})
