import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { QueueLimits } from '../../lib/core/queue/queue-limits.ts'
import type { QueuePause } from '../../lib/core/queue/queue-pauses.ts'
import type { Store } from '../../lib/ports/store.ts'

const PAUSE = { by: 'ann', reason: 'they migrate', since: 7 }
const RESUMING: QueuePause = { ...PAUSE, resuming: { woken: 3, cursor: 'crm|x' } }

const LIMITS: QueueLimits = {
  ...{ concurrency: 2, rateLimit: { allowed: 5, period_ms: 1000, margin_ms: 25 } },
  ...{ by: 'ann', reason: 'their API is slow', since: 7 },
}
const WAKING: QueueLimits = { ...LIMITS, waking: { woken: 3, cursor: 'crm|x' } }

export function describeQueueSettings(store: () => Store): void {
  const limitsOf = async (queue: string) => (await store().states.queueSettings()).limits.get(queue)
  const said = async (queue: string) => (await store().states.queueSettings()).pauses.get(queue)

  describe('queues that are paused', () => {
    test('each is said by itself, whatever it is called', async () => {
      const { states } = store()
      const [one, other] = [randomUUID(), 'pk']
      expect(await states.saveQueuePause(one, PAUSE)).toBe(true)
      expect(await states.saveQueuePause(other, {})).toBe(true)
      expect([await said(one), await said(other)]).toEqual([PAUSE, {}])
      expect(await states.saveQueuePause(other, undefined)).toBe(true)
      expect([await said(one), await said(other)]).toEqual([PAUSE, undefined])
    })

    test('a pause is written over whatever stands there', async () => {
      const queue = randomUUID()
      await store().states.saveQueuePause(queue, RESUMING)
      expect(await store().states.saveQueuePause(queue, PAUSE)).toBe(true)
      expect(await said(queue)).toEqual(PAUSE)
    })

    test('what is changed is what was read, and a copy of the call changes nothing', async () => {
      const { states } = store()
      const queue = randomUUID()
      await states.saveQueuePause(queue, PAUSE)
      expect(await states.saveQueuePause(queue, { by: 'bob' }, RESUMING)).toBe(false)
      expect(await states.saveQueuePause(queue, undefined, RESUMING)).toBe(false)
      expect(await said(queue)).toEqual(PAUSE)
      for (const _ of ['first', 'copy'])
        expect(await states.saveQueuePause(queue, RESUMING, PAUSE)).toBe(true)
      for (const _ of ['first', 'copy'])
        expect(await states.saveQueuePause(queue, undefined, RESUMING)).toBe(true)
      expect(await said(queue)).toBeUndefined()
    })

    test('are kept beside the limits of the same queue', async () => {
      const queue = randomUUID()
      const { states } = store()
      await states.saveQueuePause(queue, PAUSE)
      expect(await states.saveQueueLimits(queue, LIMITS, undefined)).toBe(true)
      await states.saveQueuePause(queue, undefined)
      expect([await said(queue), await limitsOf(queue)]).toEqual([undefined, LIMITS])
    })

    test('are no shard', async () => {
      await store().states.saveQueuePause(randomUUID(), PAUSE)
      const { states, damaged } = await store().states.scan({ isStrong: true })
      expect([...states, ...damaged].filter(({ shard }) => shard.startsWith('$'))).toEqual([])
    })
  })

  describe('limits of all partitions of a queue', () => {
    test('are written over what was read, also over none, and a copy of the call changes nothing', async () => {
      const { states } = store()
      const queue = randomUUID()
      for (const _ of ['first', 'copy'])
        expect(await states.saveQueueLimits(queue, LIMITS, undefined)).toBe(true)
      expect(await states.saveQueueLimits(queue, { concurrency: 3 }, undefined)).toBe(false)
      expect(await states.saveQueueLimits(queue, { concurrency: 3 }, WAKING)).toBe(false)
      expect(await limitsOf(queue)).toEqual(LIMITS)
      for (const _ of ['first', 'copy'])
        expect(await states.saveQueueLimits(queue, WAKING, LIMITS)).toBe(true)
      expect(await limitsOf(queue)).toEqual(WAKING)
    })

    test('are removed if they are what was read, and once', async () => {
      const { states } = store()
      const [queue, other] = [randomUUID(), 'pk']
      await states.saveQueueLimits(queue, LIMITS, undefined)
      await states.saveQueueLimits(other, { concurrency: 0 }, await limitsOf(other))
      expect(await states.saveQueueLimits(queue, undefined, WAKING)).toBe(false)
      for (const _ of ['first', 'copy'])
        expect(await states.saveQueueLimits(queue, undefined, LIMITS)).toBe(true)
      expect([await limitsOf(queue), await limitsOf(other)]).toEqual([undefined, { concurrency: 0 }])
    })

    test('that nobody can read are replaced, whatever they are', async () => {
      const { states } = store()
      const queue = randomUUID()
      await states.saveQueueLimits(queue, LIMITS, undefined)
      expect(await states.saveQueueLimits(queue, { concurrency: 1 }, { problem: 'odd' })).toBe(true)
      expect(await limitsOf(queue)).toEqual({ concurrency: 1 })
    })
  })
}
