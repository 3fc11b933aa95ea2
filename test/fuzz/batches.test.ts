/** What handlers of batches return: each job ends by its own result, whatever that of its neighbours is, and none is lost. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { putJob } from '../../lib/adapters/memory/tables.ts'
import { defineBatchTask } from '../../lib/api/batch-task.ts'
import { batchRunner } from '../../lib/api/run-batch.ts'
import type { TaskOutcome } from '../../lib/core/job/ending.ts'
import type { Job } from '../../lib/core/job/job.ts'
import { newJob } from '../../lib/core/job/new-job.ts'
import { queueNamed } from '../../lib/core/queue/config.ts'
import { execute } from '../../lib/use-cases/attempt/execute.ts'
import { pass } from '../../lib/use-cases/pass/pass.ts'
import { asShard, NOW, value } from '../support/builders.ts'
import { untyped } from '../support/untyped.ts'
import { anything } from './bodies.ts'
import { CONFIG, fuzzContext } from './context.ts'
import { reportInputs, runs, tried } from './count.ts'

reportInputs('results of batches')

const SIZE = queueNamed(CONFIG, 'batched')?.batch?.size ?? 0

/** Objects that answer a question with an error. */
const trap = (): object =>
  Object.defineProperty({}, 'status', {
    get: () => {
      throw new Error('a trap')
    },
  })
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const good = fc.constantFrom<unknown>(
  undefined,
  null,
  { status: 'fulfilled', value: 1 },
  { status: 'fulfilled' },
)
const bad = fc.oneof(
  fc.constantFrom<unknown>(
    new Error('refused'),
    new Error(''),
    Object.assign(new Error('x'), { message: Symbol('x') }),
    { status: 'rejected', reason: new Error('refused') },
    { status: 'rejected' },
    { status: 'rejected', reason: null },
    { status: 'rejected', reason: Symbol('x') },
    { status: 'rejected', reason: 1n },
    { status: 'rejected', reason: Object.create(null) },
    { status: 'FULFILLED' },
    Symbol('x'),
    1n,
    () => 1,
  ),
  // fast-check looks at its constants, and these answer with errors.
  fc.constantFrom(trap, revoked, () => ({ status: 'rejected', reason: revoked() })).map((make) => ({ make })),
  anything.filter((one) => one !== null && Object(one).status !== 'fulfilled'),
)
interface Result {
  readonly value: unknown
  readonly good: boolean
}
const made = (value: unknown): unknown => {
  const { make } = Object(value) as { readonly make?: unknown }
  return typeof make === 'function' ? make() : value
}
const result: fc.Arbitrary<Result> = fc.oneof(
  good.map((value) => ({ value, good: true })),
  bad.map((value) => ({ value, good: false })),
)
const results = fc.array(result, { minLength: 1, maxLength: SIZE })
const noResults = fc.oneof(
  anything.filter((one) => one !== null && !(Array.isArray(one) && one.length === SIZE)),
  fc.constantFrom<unknown>({ length: SIZE }, new Set([1, 2, 3]), 'abc', 1n, new Array(SIZE + 1)),
)

const taskThat = (handler: () => unknown) =>
  defineBatchTask({
    name: 'sync',
    queue: 'batched',
    payload: z.unknown(),
    handler: async () => untyped(handler()),
  })
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const runnerOf = (handler: () => unknown) =>
  batchRunner(
    () => taskThat(handler),
    () => untyped(silent),
  )

/** Puts so many jobs, has them run as one attempt, and tells what the runner said of each, and what became of it. */
async function lived(jobs: number, handler: () => unknown) {
  tried(1)
  const { context, tables, sent, wait } = fuzzContext()
  const ids = ['a', 'b', 'c'].slice(0, jobs)
  const job = { queue: 'batched', partition: 'acme', task: 'sync', payload: 1, runAt: NOW }
  for (const id of ids) putJob(tables, value(newJob(CONFIG, { ...job, id }, NOW)))
  wait(2000)
  await pass(context, { shard: asShard('batched|acme') })
  const said: TaskOutcome[] = []
  const batch = async (all: readonly Job[]) => {
    const outcomes = await runnerOf(handler)(all)
    said.push(...outcomes)
    return outcomes
  }
  const runTask = Object.assign(
    async () => ({ kind: 'failed', error: 'it is called with a batch' }) as const,
    { batch },
  )
  const [message, ...more] = sent.work.splice(0)
  expect(more).toEqual([])
  if (message) await execute(context, message, { remaining_ms: () => 60_000, redelivered: false }, runTask)
  const standing = [...(tables.jobs.get('batched|acme')?.values() ?? [])]
  const attempts = ids.map((id) => standing.find(({ sk }) => sk.endsWith(`#${id}`))?.['attempt'])
  return { said, attempts, letters: tables.history.length }
}

describe('the results of a batch', () => {
  test('each count for their own job', async () => {
    const property = fc.asyncProperty(results, async (all) => {
      const { said, attempts } = await lived(all.length, () => all.map((one) => made(one.value)))
      expect(said.map(({ kind }) => kind === 'succeeded')).toEqual(all.map((one) => one.good))
      // What has succeeded is gone, and anything else is tried again.
      expect(attempts).toEqual(all.map((one) => (one.good ? undefined : 2)))
    })
    await fc.assert(property, runs(3000))
  })

  test('that say nothing of each say that all have failed', async () => {
    const property = fc.asyncProperty(noResults, async (given) => {
      const { said, attempts, letters } = await lived(SIZE, () => given)
      const isNothing = given === undefined
      expect(said.map(({ kind }) => kind === 'succeeded')).toEqual(Array(SIZE).fill(isNothing))
      expect(attempts).toEqual(Array(SIZE).fill(isNothing ? undefined : 2))
      expect(letters).toBe(0)
    })
    await fc.assert(property, runs(2000))
  })
})
