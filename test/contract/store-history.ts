import { describe, expect, test } from 'vitest'
import { type DeadLetter, deadEvent, deadLetterOf } from '../../lib/core/dead-letter.ts'
import type { Store } from '../../lib/ports/store.ts'
import { jobItem, NOW } from '../support/builders.ts'
import { freshQueue, freshShard } from './fresh.ts'

export function describeHistory(store: () => Store): void {
  describe('dead letters', () => {
    test('come back oldest first, those of one queue only', async () => {
      const [queue, other] = [freshQueue(), freshQueue()]
      const at = (name: string, n: number) => deadEvent(name, `e${n}`, { n }, 'no', NOW + n)
      for (const n of [2, 0, 1]) await store().history.bury(at(queue, n))
      await store().history.bury(at(other, 0))
      expect(await all(store(), queue)).toEqual([0, 1, 2].map((n) => at(queue, n)))
    })

    test('a queue without any has none', async () => {
      expect(await all(store(), freshQueue())).toEqual([])
    })

    test('more than one page of large ones all come back', async () => {
      const queue = freshQueue()
      const letters = [0, 1, 2, 3].map((n) => deadEvent(queue, `e${n}`, 'x'.repeat(380_000), 'no', NOW + n))
      for (const letter of letters) await store().history.bury(letter)
      expect((await all(store(), queue)).map(({ sk }) => sk)).toEqual(letters.map(({ sk }) => sk))
    })

    const hostile = [
      ['a sort key of 1,024 bytes', { ...jobItem(), sk: '€'.repeat(341) }, 'no'],
      ['an error cut in the middle of a character', jobItem(), `${'x'.repeat(1999)}🚀`],
      ['an error of half characters', jobItem(), '\ud800\udc00\ud800'],
      ['an item as large as items get', jobItem({ payload: '"€'.repeat(99_000) }), '€'.repeat(5000)],
    ] as const
    test.each(hostile)('%s is buried', async (_name, item, error) => {
      const queue = freshQueue()
      const raw = { ...item, pk: `${queue}|${freshShard()}` }
      const { sk, ...rest } = raw
      await store().jobs.put({ ...rest, sk } as never)
      expect(await store().jobs.bury(raw, deadLetterOf(raw, 'refused', error, NOW))).toBe('buried')
      expect(await all(store(), queue)).toHaveLength(1)
    })
  })
}

async function all(store: Store, queue: string): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = []
  let cursor: string | undefined
  do {
    const page = await store.history.dead(queue, cursor)
    letters.push(...page.letters)
    cursor = page.cursor
  } while (cursor !== undefined)
  return letters
}
