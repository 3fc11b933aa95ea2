import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs'
import { type FauxqsServer, startFauxqs } from 'fauxqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SqsQueues, sqsQueues } from '../support/sqs.ts'
import { describeQueues, workMessage } from './queues.ts'

let server: FauxqsServer
let queues: SqsQueues
beforeAll(async () => {
  server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  queues = await sqsQueues(`http://127.0.0.1:${server.port}`)
})
afterAll(async () => {
  await queues.close()
  await server.stop()
})

describeQueues('the queues on SQS', () => queues)

describe('a batch that SQS takes only in part', () => {
  /** The first `times` answers say that every other message failed, and those are not sent. */
  function failHalf(times: number): { readonly calls: number[] } {
    const calls: number[] = []
    queues.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const input = args.input as { Entries?: SendMessageBatchRequestEntry[] }
          const { Entries = [] } = input
          if (commandName !== 'SendMessageBatchCommand') return next(args)
          calls.push(Entries.length)
          if (calls.length > times) return next(args)
          const taken = Entries.filter((_, n) => n % 2 === 1)
          const Failed = Entries.filter((_, n) => n % 2 === 0).map(({ Id }) => ({
            Id,
            Code: 'x',
            SenderFault: false,
          }))
          if (taken.length === 0) return { response: {}, output: { $metadata: {}, Failed } }
          const result = await next({ ...args, input: { ...input, Entries: taken } as typeof args.input })
          return { ...result, output: { ...result.output, Failed } }
        },
      { step: 'initialize', name: 'failHalf', override: true, priority: 'high' },
    )
    return { calls }
  }
  afterAll(() => queues.client.middlewareStack.remove('failHalf'))

  test('is sent again, only what failed, until all is sent once', async () => {
    const { calls } = failHalf(2)
    await queues.work.send(Array.from({ length: 10 }, (_, n) => workMessage(n)))
    expect(calls).toEqual([10, 5, 3])
    const tokens = (await queues.receiveWork()).map((body) => JSON.parse(body).token)
    expect(tokens.sort()).toEqual(Array.from({ length: 10 }, (_, n) => `token-${n}`))
  })

  test('again and again is an error that says how many were not sent', async () => {
    failHalf(Number.POSITIVE_INFINITY)
    const sending = queues.work.send([workMessage(1)])
    await expect(sending).rejects.toThrow('SQS did not take 1 messages')
  })
})
