import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs'
import { type FauxqsServer, startFauxqs } from 'fauxqs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SendIncompleteError } from '../../lib/core/errors.ts'
import { type SqsQueues, sqsQueues } from '../support/sqs.ts'
import { describeQueues, wakeMessage, workMessage } from './queues.ts'

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
  afterEach(() => void queues.client.middlewareStack.remove('failHalf'))

  /** SQS refuses these messages, or the calls with them fail. */
  function refuse(isRefused: (entry: SendMessageBatchRequestEntry) => boolean, how: true | 'throws') {
    const calls = { count: 0 }
    queues.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const input = args.input as { Entries?: SendMessageBatchRequestEntry[] }
          const { Entries = [] } = input
          if (commandName !== 'SendMessageBatchCommand') return next(args)
          calls.count++
          const refused = Entries.filter(isRefused)
          if (how === 'throws' && refused.length > 0) throw new Error('SQS is down')
          const taken = Entries.filter((entry) => !refused.includes(entry))
          const result = await next({ ...args, input: { ...input, Entries: taken } as typeof args.input })
          const Failed = refused.map(({ Id }) => ({ Id, Code: 'x', SenderFault: true, Message: 'no' }))
          return { ...result, output: { ...result.output, Failed } }
        },
      { step: 'initialize', name: 'failHalf', override: true, priority: 'high' },
    )
    return calls
  }

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

  test('with one that is the sender’s fault sends all others, and names that one', async () => {
    const calls = refuse(({ MessageBody }) => MessageBody?.includes('crm|13') ?? false, true)
    const wakes = Array.from({ length: 37 }, (_, n) => wakeMessage(n, 0))
    const error = await queues.wake.send(wakes).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SendIncompleteError)
    expect(error).toMatchObject({ unsent: [wakes[13]], cause: [{ SenderFault: true, Message: 'no' }] })
    expect((await queues.sentWakes()).map(({ body }) => JSON.parse(body).shard)).toHaveLength(36)
    expect(calls.count).toBe(4)
  })

  test('a call that fails altogether keeps nobody else’s from being made', async () => {
    refuse(({ MessageBody }) => MessageBody?.includes('crm|3') ?? false, 'throws')
    const wakes = Array.from({ length: 25 }, (_, n) => wakeMessage(n, 0))
    const error = await queues.wake.send(wakes).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ unsent: wakes.slice(0, 10), cause: expect.any(Error) })
    expect(await queues.sentWakes()).toHaveLength(15)
  })
})
