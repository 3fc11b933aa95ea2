import { afterAll, beforeAll, describe } from 'vitest'
import { givenEndpoint } from '../../local/engines/given.ts'
import { type SqsQueues, sqsQueues } from '../support/sqs.ts'
import { describeQueues } from './queues.ts'

const endpoint = givenEndpoint('SQS') ?? ''

describe.skipIf(endpoint === '')(endpoint || 'SQS_ENDPOINT is not set', () => {
  let queues: SqsQueues
  beforeAll(async () => {
    queues = await sqsQueues(endpoint)
  })
  afterAll(() => queues.close())
  describeQueues('the queues on SQS', () => queues)
})
