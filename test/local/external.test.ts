import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import { getAtt, mapping, queue, table, writeAssembly } from './fixture.ts'

test('engines that run already are used, and are left running', async () => {
  const resources = { Items: table(), Dead: queue() }
  await using engines = await writeAssembly({ functions: {}, resources: {} })
  await using assembly = await writeAssembly({
    functions: { Worker: { code: 'export const handler = async () => {}' } },
    resources: {
      ...resources,
      Work: queue({ RedrivePolicy: { deadLetterTargetArn: getAtt('Dead'), maxReceiveCount: 3 } }),
      Mapping: mapping('Worker', getAtt('Work')),
      Follow: mapping('Worker', getAtt('Items', 'StreamArn'), { StartingPosition: 'LATEST' }),
    },
  })
  await using host = await startCloud({ assembly: engines.dir })
  const { dynamodb, sqs } = host.endpoints
  for (const round of ['new', 'found there']) {
    const cloud = await startCloud({
      assembly: assembly.dir,
      dynamodbEndpoint: dynamodb,
      sqsEndpoint: `${sqs}/`,
    })
    const client = new SQSClient({ region: cloud.region, credentials: cloud.credentials, endpoint: sqs })
    const arrived = cloud.next('invocation', ({ payload }) => payload.includes(round))
    await client.send(new SendMessageCommand({ QueueUrl: cloud.resources['Work']?.url, MessageBody: round }))
    await arrived
    await expect(cloud.restart('sqs')).rejects.toThrow('was not started here')
    await cloud.stop()
    expect((await fetch(`${sqs}/health`)).ok).toBe(true)
  }
})
