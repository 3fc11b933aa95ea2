import { describe, expect, test } from 'vitest'
import { type EndedRecord, endedKey, endedKeys } from '../../lib/core/job/ended-job.ts'
import type { Store } from '../../lib/ports/store.ts'
import { NOW } from '../support/builders.ts'
import { freshQueue } from './fresh.ts'

export function describeEnded(store: () => Store): void {
  const record = (queue: string, id: string, part: Partial<EndedRecord> = {}): EndedRecord => ({
    ...endedKey({ queue, partition: 'acme' }, id),
    ending: 'done',
    task: 'sync',
    attempt: 1,
    runAt: NOW,
    startedAt: NOW + 4200,
    endedAt: NOW + 5000,
    waited_ms: 4200,
    waits_ms: { slots: 3100, 'pool|crm': 1000 },
    expiresAt: NOW / 1000 + 86_400,
    ...part,
  })
  const remember = (one: EndedRecord, since = one.startedAt ?? 0) => store().history.rememberEnded(one, since)

  describe('jobs that have ended', () => {
    test('are found by their key as they were remembered, those of another partition are not', async () => {
      const queue = freshQueue()
      const one = record(queue, 'a', { error: 'Error: no', schedule: 'nightly', cancelledBy: 'ann' })
      await remember(one)
      expect(await store().history.ended(one)).toEqual(one)
      expect(await store().history.ended(endedKey({ queue, partition: 'globex' }, 'a'))).toBeUndefined()
      expect(await store().history.ended(endedKey({ queue, partition: 'acme' }, 'b'))).toBeUndefined()
    })

    test('take the place of what ended before', async () => {
      const first = record(freshQueue(), 'a', { ending: 'exhausted', error: 'no' })
      const next = { ...record('', 'a', { startedAt: NOW + 5000, endedAt: NOW + 9000 }), pk: first.pk }
      await remember(first)
      await remember(next)
      expect(await store().history.ended(first)).toEqual(next)
    })

    test('leave what has ended since', async () => {
      const first = record(freshQueue(), 'a', { endedAt: NOW + 9000 })
      await remember(first)
      await remember({ ...first, ending: 'exhausted', endedAt: NOW + 9500 }, NOW + 8999)
      expect(await store().history.ended(first)).toEqual(first)
    })

    test('are remembered as they are if the same is said twice', async () => {
      const one = record(freshQueue(), 'a')
      await remember(one)
      await remember(one)
      expect(await store().history.ended(one)).toEqual(one)
    })

    test('come back the last id first, a page at a time, each once', async () => {
      const queue = freshQueue()
      const [pk = ''] = endedKeys({ queue, partition: 'acme' })
      const ids = Array.from({ length: 70 }, (_, n) => `job-${String(n).padStart(2, '0')}`)
      for (const id of ids) await remember({ ...record(queue, id), pk })
      const seen: string[] = []
      let [cursor, pages]: [string | undefined, number] = [undefined, 0]
      do {
        const page = await store().history.endedJobs(pk, cursor)
        seen.push(...page.records.map(({ sk }) => sk))
        cursor = page.cursor
        pages++
      } while (cursor !== undefined)
      expect(seen).toEqual(ids.toReversed())
      expect(pages).toBeGreaterThan(1)
    })

    test('are none where none has ended', async () => {
      for (const pk of endedKeys({ queue: freshQueue() }))
        expect((await store().history.endedJobs(pk)).records).toEqual([])
    })
  })
}
