import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { QueuePause } from '../../lib/core/queue/queue-pauses.ts'
import type { Store } from '../../lib/ports/store.ts'

const PAUSE = { by: 'ann', reason: 'they migrate', since: 7 }
const RESUMING: QueuePause = { ...PAUSE, resuming: { woken: 3, cursor: 'crm|x' } }

export function describeQueueSettings(store: () => Store): void {
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

    test('are no shard', async () => {
      await store().states.saveQueuePause(randomUUID(), PAUSE)
      const { states, damaged } = await store().states.scan({ isStrong: true })
      expect([...states, ...damaged].filter(({ shard }) => shard.startsWith('$'))).toEqual([])
    })
  })
}
