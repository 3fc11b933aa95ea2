/** Messages of the three queues: a right one does its work, any other is refused in words, and nothing ever throws. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { parseWakeMessage, parseWorkMessage } from '../../lib/adapters/sqs/messages.ts'
import { execute } from '../../lib/use-cases/attempt/execute.ts'
import { ingest } from '../../lib/use-cases/ingest.ts'
import { wakeUp } from '../../lib/use-cases/wake-up.ts'
import { untyped } from '../support/untyped.ts'
import { deepEvent, eventBody, wakeBody, workBody } from './bodies.ts'
import { fuzzContext } from './context.ts'
import { corpus } from './corpus.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('bodies')

describe('events', () => {
  test.each(corpus('events'))('found before: %s', (_why, body) => asEvent(body as string))

  test.each([28, 29, 2000, 100_000])('nested %d levels deep end somewhere', (depth) =>
    asEvent(deepEvent(depth)),
  )

  test('make a job, or a dead letter that says why not', async () => {
    await fc.assert(fc.asyncProperty(eventBody, asEvent), runs(20_000))
  })
})

async function asEvent(body: string): Promise<void> {
  tried(1)
  const { context, tables } = fuzzContext()
  // So old that nothing is left to a newer function any more; and SQS may deliver twice.
  await ingest(context, body, 'message-1', 0)
  await ingest(context, body, 'message-1', 0)
  const jobs = [...tables.jobs.values()].flatMap((shard) => [...shard.values()])
  expect(jobs.length + tables.history.length).toBe(1)
  for (const { error } of tables.history) expect(error).toMatch(/^[^\n]{8,2000}$/)
  for (const { pk } of tables.history) expect(pk).toMatch(/^dead\|[A-Za-z0-9_-]+\|\d+$/)
  // What was accepted has to be what the dispatcher and the worker accept too.
  const { shard, ok } = await arrives(context, jobs)
  expect({ shard, ok }).toEqual({ shard, ok: true })
}

async function arrives(context: Parameters<typeof wakeUp>[0], jobs: readonly { readonly pk: string }[]) {
  const { parseJob } = await import('../../lib/core/job/job.ts')
  const [job] = jobs
  return { shard: job?.pk, ok: job === undefined || parseJob(context.config, untyped(job)).ok }
}

const INVOCATION = { remaining_ms: () => 60_000, redelivered: true }

describe('messages', () => {
  test('of work are carried out or refused', async () => {
    const property = fc.asyncProperty(workBody, async (body) => {
      tried(1)
      const message = parseWorkMessage(body)
      expect(message.ok ? 'understood' : message.reason).not.toMatch(/^.{0,7}$/)
      if (!message.ok) return
      await execute(fuzzContext().context, message.value, INVOCATION, async () => ({ kind: 'succeeded' }))
    })
    await fc.assert(property, runs(12_000))
  })

  test('of waking are carried out or refused', async () => {
    const property = fc.asyncProperty(wakeBody, async (body) => {
      tried(1)
      const message = parseWakeMessage(body)
      expect(message.ok ? 'understood' : message.reason).not.toMatch(/^.{0,7}$/)
      if (!message.ok) return
      await wakeUp(fuzzContext().context, message.value)
    })
    await fc.assert(property, runs(12_000))
  })
})
