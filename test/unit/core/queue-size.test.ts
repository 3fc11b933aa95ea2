import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  changesOf,
  countedAnyway,
  MAX_PARTS,
  partsOf,
  partsOfItem,
  sizeLimitsOf,
} from '../../../lib/core/job/counted.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import { boundOf, findRoom, sizeOf } from '../../../lib/core/limits/queue-size.ts'
import { defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'
import { asShard, jobItem } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

const queueOf = (queue: QueueInput) => defineConfig({ queues: { crm: queue } }).queues.crm
const PARTITION = { payload: 'customer' }
const partsWith = (...parts: readonly (readonly [number, number])[]) =>
  new Map(parts.map(([part, jobs]) => [part, { jobs, puts: jobs }]))
const limit = (max: number) => ({ scope: 'queue', pk: '$size|crm', max }) as const
const counts = fc
  .array(fc.integer({ min: 0, max: 80 }), { maxLength: MAX_PARTS })
  .map((numbers) => partsWith(...numbers.entries()))
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('maxQueueSize', () => {
  test.each([
    [1000, { queue: 1000 }],
    [{ queue: 1000 }, { queue: 1000 }],
    [{ partition: 50 }, { partition: 50 }],
    [
      { queue: 1000, partition: 50 },
      { queue: 1000, partition: 50 },
    ],
  ])('%j is a limit', (maxQueueSize, parsed) => {
    expect(queueOf({ partition: PARTITION, maxQueueSize }).maxQueueSize).toEqual(parsed)
  })

  test('is none if it is left out', () => {
    expect(queueOf({})).not.toHaveProperty('maxQueueSize')
  })

  test.each<[QueueInput, RegExp]>([
    [{ maxQueueSize: 0 }, /queues\.crm\.maxQueueSize/],
    [{ maxQueueSize: 1.5 }, /queues\.crm\.maxQueueSize/],
    [{ maxQueueSize: {} }, /queues\.crm\.maxQueueSize: names queue, partition, or both/],
    [{ maxQueueSize: { partition: 5 } }, /queues\.crm\.maxQueueSize\.partition: the queue has no partitions/],
    [
      { partition: PARTITION, maxQueueSize: { queue: 5, partition: 6 } },
      /queues\.crm\.maxQueueSize\.partition: no partition ever has 6 jobs in a queue of 5/,
    ],
    [untyped({ maxQueueSize: { queue: 1, tenant: 1 } }), /queues\.crm\.maxQueueSize/],
  ])('%j is refused with its path', (queue, message) => {
    expect(() => queueOf(queue)).toThrow(message)
  })
})

describe('room in a queue', () => {
  test('is in parts whose bounds sum to the limit', () => {
    const max = fc.integer({ min: 1, max: 10_000 })
    fc.assert(
      fc.property(max, (most) => {
        const bounds = Array.from({ length: partsOf(most) }, (_, part) => boundOf(most, part))
        expect(bounds.reduce((sum, bound) => sum + bound, 0)).toBe(most)
        expect(Math.min(...bounds)).toBeGreaterThan(0)
      }),
    )
  })

  test('is found exactly if fewer jobs are there than the limit, whatever parts they are in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), counts, chance, (max, found, random) => {
        const { size, room } = findRoom(limit(max), found, random)
        expect(size).toBe(sizeOf(found))
        expect(room !== undefined).toBe(size < max)
        if (!room) return
        expect(found.get(room.part)?.jobs ?? 0).toBeLessThan(room.room.most)
        expect(room.room.pk).toBe('$size|crm')
        const left = max - (size - Math.max(0, found.get(room.part)?.jobs ?? 0))
        expect(room.room.most).toBe(Math.min(boundOf(max, room.part), room.room.others ? left : max))
      }),
    )
  })

  test('depends on all parts if one has more than its bound', () => {
    const strained = partsWith([0, 60], [7, 3])
    const { room } = findRoom(limit(100), strained, 0)
    expect(room?.part).toBe(1)
    const others = room?.room.others ?? []
    expect(others).toHaveLength(MAX_PARTS - 1)
    expect(others.filter(({ count }) => count > 0)).toEqual([
      { pk: '$size|crm', sk: '00', count: 60 },
      { pk: '$size|crm', sk: '07', count: 3 },
    ])
    expect(findRoom(limit(100), partsWith([0, 10]), 0).room?.room).not.toHaveProperty('others')
  })

  test('and lets no more into its own than the others leave, whoever else has read the same', () => {
    const { room } = findRoom(limit(8), partsWith([0, 4], [1, 3]), 0)
    expect(room?.room).toMatchObject({ sk: '00', most: 5 })
    expect(findRoom(limit(8), partsWith([0, 4]), 0).room?.room).toMatchObject({ most: 8 })
  })
})

describe('a job', () => {
  const both = queueOf({ partition: PARTITION, maxQueueSize: { queue: 1000, partition: 50 } })

  test('counts for its queue and its partition, in whichever shard it stands', () => {
    for (const pk of ['crm|acme', 'crm|acme|7'])
      expect(sizeLimitsOf(both, pk)).toEqual([
        { scope: 'queue', pk: '$size|crm', max: 1000 },
        { scope: 'partition', pk: '$size|crm|acme', max: 50 },
      ])
    expect(sizeLimitsOf(queueOf({ maxQueueSize: 5, shards: 4 }), 'crm||3')).toEqual([
      { scope: 'queue', pk: '$size|crm', max: 5 },
    ])
  })

  test('counts nowhere if what it says makes no sense', () => {
    for (const queue of [MAX_PARTS, -1, 0.5, '0', null, Number.NaN])
      expect(partsOfItem({ ...jobItem(), countedIn: { queue } } as RawItem)).toEqual([])
  })

  test('that changes only its key changes no number, and one that changes its queue changes two', () => {
    const item = countedAnyway(both, jobItem())
    expect(changesOf([item], [{ ...item, sk: 'later' }])).toEqual([])
    const moved = countedAnyway(queueOf({}), { ...item, pk: asShard('fax') })
    expect(moved).not.toHaveProperty('countedIn')
    expect(changesOf([item], [moved]).map(({ pk, by }) => [pk, by])).toEqual([
      ['$size|crm', -1],
      ['$size|crm|acme', -1],
    ])
  })
})
