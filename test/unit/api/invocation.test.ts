/** No handler goes on after its invocation has ended. */
import type { Context } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { handleEach, lambda } from '../../../lib/lambda/entry.ts'
import { InvocationGuard } from '../../../lib/lambda/invocation-guard.ts'

const invocation = (awsRequestId: string, left_ms = 60_000): Context =>
  ({ awsRequestId, functionName: 'worker', getRemainingTimeInMillis: () => left_ms }) as Context

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 1))

test('an invocation is not ended before its handler, however little time is left', async () => {
  const handler = lambda(async () => {
    for (let turns = 0; turns < 10; turns++) await turn()
    return 'the handler’s own end'
  })
  expect(await handler({}, invocation('a', 0))).toBe('the handler’s own end')
})

describe('a batch', () => {
  test('ends when all its records have, although one throws before it has begun', async () => {
    const ended: string[] = []
    const handle = (record: string): Promise<void> => {
      if (record === 'throws') throw new Error('on purpose')
      return turn().then(() => void ended.push(record))
    }
    const response = await handleEach(['first', 'throws', 'last'], (record) => record, handle)
    expect(ended).toEqual(['first', 'last'])
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'throws' }] })
  })
})

describe('the guard of a process', () => {
  function guarded() {
    const errors: object[] = []
    const { promise: exited, resolve: exit } = Promise.withResolvers<void>()
    const guard = new InvocationGuard({ logger: { error: (_, data) => errors.push(data ?? {}) }, exit })
    return { guard, errors, exited }
  }
  const never = () => new Promise<never>(() => {})

  test('ends it when an invocation begins while one before it has not ended', async () => {
    const { guard, errors, exited } = guarded()
    void guard.run(invocation('a'), never)
    void guard.run(invocation('b'), () => expect.unreachable('begins in a process that ends'))
    await exited
    expect(errors).toEqual([{ unfinished: ['a'] }])
  })

  test('lets invocations follow each other, whether they succeed or fail', async () => {
    const { guard, errors } = guarded()
    await guard.run(invocation('a'), turn)
    await expect(guard.run(invocation('b'), () => Promise.reject(new Error('b')))).rejects.toThrow('b')
    await guard.run(invocation('c'), turn)
    expect(errors).toEqual([])
  })

  test('lets one invocation call the handler several times', async () => {
    const { guard, errors } = guarded()
    await Promise.all([guard.run(invocation('a'), turn), guard.run(invocation('a'), turn)])
    expect(errors).toEqual([])
  })

  test('ends it when an invocation is long past its timeout, before anything calls the handler again', async () => {
    const { guard, errors, exited } = guarded()
    void guard.run(invocation('a', -999), never)
    await exited
    expect(errors).toEqual([{ unfinished: ['a'] }])
  })
})
