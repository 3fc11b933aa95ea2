import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { type Cloud, startCloud } from '../../local/cloud.ts'
import { getAtt, mapping, queue, writeAssembly } from './fixture.ts'

const SLOW = 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 20))'

/** Counts how many invocations of a function run simultaneously, until so many have ended. */
function watch(cloud: Cloud, id: string, count: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  let [running, highest, ended] = [0, 0, 0]
  cloud.on('start', ({ logicalId }) => {
    if (logicalId === id) highest = Math.max(highest, ++running)
  })
  cloud.on('invocation', ({ logicalId }) => {
    if (logicalId !== id) return
    running--
    if (++ended === count) resolve(highest)
  })
  return promise
}

test('a mapping and a function keep to their limits', async () => {
  await using assembly = await writeAssembly({
    functions: {
      Mapped: { code: SLOW },
      Reserved: { code: SLOW, properties: { ReservedConcurrentExecutions: 3 } },
    },
    resources: {
      One: queue(),
      Two: queue(),
      OneMapping: mapping('Mapped', getAtt('One'), {
        BatchSize: 1,
        ScalingConfig: { MaximumConcurrency: 2 },
      }),
      TwoMapping: mapping('Reserved', getAtt('Two'), { BatchSize: 1 }),
    },
  })
  await using cloud = await startCloud({ assembly: assembly.dir })
  const { region, credentials, endpoints } = cloud
  const sqs = new SQSClient({ region, credentials, endpoint: endpoints.sqs })
  const highest = Promise.all([watch(cloud, 'Mapped', 20), watch(cloud, 'Reserved', 20)])
  for (const id of ['One', 'Two', 'One', 'Two']) {
    const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: String(i), MessageBody: 'x' }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: cloud.resources[id]?.url, Entries }))
  }
  expect(await highest).toEqual([2, 3])
})
