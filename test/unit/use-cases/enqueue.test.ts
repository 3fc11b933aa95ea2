import { describe, expect, test } from 'vitest'
import { EnqueueIncompleteError, InvalidJobError } from '../../../lib/core/errors.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { JobStore } from '../../../lib/ports/store.ts'
import { putAll, putNamed } from '../../../lib/use-cases/enqueue.ts'

const item = (n: number): JobItem =>
  ({ pk: 'q', sk: `5#2030-01-01T00:00:00.000Z#${n}`, task: 't', payload: {} }) as unknown as JobItem
const items = (count: number) => Array.from({ length: count }, (_, n) => item(n))

function storeThat(putBatch: JobStore['putBatch']) {
  return { jobs: { putBatch } as JobStore }
}

describe('putAll', () => {
  test('offers again what the database had no room for', async () => {
    const taken = new Set<string>()
    const calls: number[] = []
    const store = storeThat(async (batch) => {
      calls.push(batch.length)
      const refused = calls.length === 1 ? batch[0] : undefined
      for (const one of batch) if (one !== refused) taken.add(one.sk)
      return refused ? [refused] : []
    })
    await putAll(store, items(60))
    expect(taken.size).toBe(60)
    expect(calls.length).toBe(4)
    expect(Math.max(...calls)).toBeLessThanOrEqual(25)
  })

  test('does not try again what cannot succeed, says why, and names what was not written', async () => {
    let calls = 0
    const store = storeThat(async (batch) => {
      calls++
      if (batch.some(({ sk }) => sk.endsWith('#30'))) throw new Error('access denied')
      return []
    })
    const failure = await putAll(store, items(60)).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(EnqueueIncompleteError)
    expect((failure as EnqueueIncompleteError).message).toContain('access denied')
    expect((failure as EnqueueIncompleteError).unwritten).toHaveLength(25)
    expect(calls).toBe(3)
  })

  test('names a key once, even if it is given twice', async () => {
    const seen: string[] = []
    const store = storeThat(async (batch) => {
      seen.push(...batch.map(({ sk }) => sk))
      return []
    })
    await putAll(store, [item(1), item(1)])
    expect(seen).toHaveLength(1)
  })
})

describe('putNamed', () => {
  test('puts what nobody else has put, and names the others', async () => {
    const [first, second, third] = items(3)
    const taken = new Map<string, JobItem>()
    if (!first || !second || !third) throw new Error('three items')
    taken.set(second.sk, { ...second, task: 'another' })
    const put = async (one: JobItem) => {
      const found = taken.get(one.sk)
      if (found) return found.task === one.task ? 'exists' : 'taken'
      taken.set(one.sk, one)
      return 'put'
    }
    const store = { jobs: { put } as unknown as JobStore }
    const failure = await putNamed(store, [first, second, third, first]).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(EnqueueIncompleteError)
    expect((failure as EnqueueIncompleteError).unwritten).toEqual([second])
    expect((failure as EnqueueIncompleteError).message).toContain('another job')
    expect([...taken.values()]).toEqual([{ ...second, task: 'another' }, first, third])
  })
})

test('of two different jobs under one key neither is accepted', async () => {
  const store = storeThat(async () => [])
  const [one] = items(1)
  if (!one) throw new Error('an item')
  await expect(putAll(store, [one, { ...one, task: 'another' }])).rejects.toBeInstanceOf(InvalidJobError)
})
