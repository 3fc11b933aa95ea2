import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { Gate } from '../../local/sources/gate.ts'
import { Lanes } from '../../local/sources/lanes.ts'

interface Item {
  key: string
  n: number
}

describe('lanes', () => {
  test.prop([
    fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 60 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 7 }),
    fc.scheduler(),
  ])(
    'keep each key in order, and never run a key twice simultaneously',
    async (keys, count, batchSize, scheduler) => {
      const done: Item[] = []
      const running = new Set<string>()
      const process = async (batch: Item[]) => {
        const mine = new Set(batch.map(({ key }) => key))
        expect([...mine].filter((key) => running.has(key))).toEqual([])
        for (const key of mine) running.add(key)
        await scheduler.schedule(Promise.resolve())
        for (const key of mine) running.delete(key)
        done.push(...batch)
        expect(batch.length).toBeLessThanOrEqual(batchSize)
      }
      const signal = new AbortController().signal
      const lanes = new Lanes<Item>({
        count,
        batchSize,
        window_ms: 0,
        keyOf: ({ key }) => key,
        process,
        signal,
      })
      const items = keys.map((key, n) => ({ key, n }))
      await lanes.push(items)
      await scheduler.waitFor(lanes.stopped())
      for (const key of new Set(keys)) {
        const order = (list: Item[]) => list.filter((item) => item.key === key)
        expect(order(done)).toEqual(order(items))
      }
    },
  )
})

describe('a gate', () => {
  test('lets in as many as it should, in turn', async () => {
    const gate = new Gate(2)
    const order: number[] = []
    const enter = async (n: number) => {
      await gate.enter()
      order.push(n)
    }
    const all = [enter(1), enter(2), enter(3), enter(4)]
    await Promise.all(all.slice(0, 2))
    expect(order).toEqual([1, 2])
    gate.leave()
    await all[2]
    expect(order).toEqual([1, 2, 3])
    gate.leave()
    await all[3]
    expect(order).toEqual([1, 2, 3, 4])
  })
})
