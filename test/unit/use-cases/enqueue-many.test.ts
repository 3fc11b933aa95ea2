import { expect, test } from 'vitest'
import { memoryPayloads } from '../../../lib/adapters/memory/payloads.ts'
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import { emptyTables } from '../../../lib/adapters/memory/tables.ts'
import { EnqueueIncompleteError, InvalidJobError } from '../../../lib/core/errors.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { placePayload } from '../../../lib/core/job/place-payload.ts'
import type { Payloads } from '../../../lib/ports/payloads.ts'
import { putMany } from '../../../lib/use-cases/enqueue-many.ts'
import { jobItem, NOW, SHARD, value } from '../../support/builders.ts'

const large = (id: string, text: string): JobItem =>
  jobItem({ id, payload: { customer: 'acme', text: text.repeat(10_000) } })
const small = (id: string): JobItem => jobItem({ id })
const many = (items: readonly JobItem[], isNamed = false) =>
  items.map((item) => ({ ...value(placePayload(item, NOW)), isNamed }))

function world() {
  const [tables, objects, log] = [emptyTables(), new Map(), [] as string[]]
  const inner = memoryPayloads(() => NOW, objects)
  const payloads: Payloads = {
    ...inner,
    put: async (key, text) => {
      if (text.includes('bad')) throw new Error('S3 is down')
      log.push('object')
      await inner.put(key, text)
    },
  }
  tables.onInsert = () => void log.push('item')
  const ids = () => [...(tables.jobs.get(SHARD)?.keys() ?? [])].map((sk) => sk.split('#')[2]).toSorted()
  return { context: { store: memoryStore(tables), payloads }, tables, objects, log, ids }
}
const failureOf = (attempt: Promise<unknown>): Promise<EnqueueIncompleteError<JobItem>> =>
  attempt.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  )

test('puts objects before the items that name them, and the same payload once', async () => {
  const { context, objects, log, ids } = world()
  await putMany(context, many([large('a', 'x'), large('b', 'x'), large('c', 'y'), small('d')]))
  expect(log).toEqual(['object', 'object', 'item', 'item', 'item', 'item'])
  expect([objects.size, ids()]).toEqual([2, ['a', 'b', 'c', 'd']])
})

test('puts no item whose object could not be put, all others, and gives those back as they were', async () => {
  const { context, ids } = world()
  const bad = large('bad', 'bad')
  const error = await failureOf(putMany(context, many([bad, large('good', 'x'), small('small')])))
  expect(error).toBeInstanceOf(EnqueueIncompleteError)
  expect([error.unwritten, error.message]).toEqual([[bad], expect.stringContaining('S3 is down')])
  expect(ids()).toEqual(['good', 'small'])
})

test('a key that another job has keeps nobody else’s from being put', async () => {
  const { context, ids } = world()
  await context.store.jobs.put({ ...large('taken', 'z'), task: 'other' })
  const jobs = [...many([large('taken', 'x'), large('mine', 'x')], true), ...many([small('unnamed')])]
  const error = await failureOf(putMany(context, jobs))
  expect(error.unwritten).toEqual([large('taken', 'x')])
  expect(ids()).toEqual(['mine', 'taken', 'unnamed'])
})

test('two different jobs under one key are refused before anything is put', async () => {
  const { context, log } = world()
  const jobs = many([large('a', 'x'), large('a', 'y')])
  await expect(putMany(context, jobs)).rejects.toBeInstanceOf(InvalidJobError)
  expect(log).toEqual([])
})
