import { describe, expect, test } from 'vitest'
import { type DeadLetter, deadEvent, deadLetterOf, letterKeys } from '../../lib/core/job/dead-letter.ts'
import type { Store } from '../../lib/ports/store.ts'
import { deadLetters } from '../../lib/use-cases/operate/dead-letters.ts'
import { jobItem, NOW } from '../support/builders.ts'
import { untyped } from '../support/untyped.ts'
import { freshQueue, freshShard } from './fresh.ts'

export function describeHistory(store: () => Store): void {
  const bury = (letters: readonly DeadLetter[]) =>
    Promise.all(letters.map((letter) => store().history.bury(letter)))
  const lettersOf = (queue: string) => Array.fromAsync(deadLetters(store(), queue))

  describe('dead letters', () => {
    const at = (name: string, n: number) =>
      deadEvent({ queue: name, id: `e${n}`, event: { n } }, 'no', NOW + n)

    test('come back oldest first from all keys of a queue, those of no other', async () => {
      const [queue, other] = [freshQueue(), freshQueue()]
      const letters = Array.from({ length: 60 }, (_, n) => at(queue, n))
      expect(new Set(letters.map(({ pk }) => pk)).size).toBeGreaterThan(8)
      await bury([...letters.toReversed(), at(other, 0)])
      expect(await lettersOf(queue)).toEqual(letters)
    })

    test('under the plain key of a queue, as earlier versions left them, come back among the others', async () => {
      const queue = freshQueue()
      const letters = Array.from({ length: 30 }, (_, n) => at(queue, n)).map((letter, n) =>
        n % 2 === 0 ? letter : { ...letter, pk: `dead|${queue}` },
      )
      await bury(letters)
      expect(await lettersOf(queue)).toEqual(letters)
    })

    test('under one key come back a page at a time, each once', async () => {
      const queue = freshQueue()
      const pk = letterKeys(queue)[3] ?? ''
      const letters = Array.from({ length: 25 }, (_, n) => ({ ...at(queue, n), pk }))
      await bury(letters)
      const seen: DeadLetter[] = []
      let cursor: string | undefined
      do {
        const page = await store().history.letters(pk, cursor)
        seen.push(...page.letters)
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(seen).toEqual(letters)
    })

    test('a queue without any has none', async () => {
      expect(await lettersOf(freshQueue())).toEqual([])
    })

    test('more than one page of large ones all come back', async () => {
      const queue = freshQueue()
      const pk = `dead|${queue}`
      const letters = [0, 1, 2, 3].map((n) => ({
        ...deadEvent({ queue, id: `e${n}`, event: 'x'.repeat(380_000) }, 'no', NOW + n),
        pk,
      }))
      await bury(letters)
      expect((await lettersOf(queue)).map(({ sk }) => sk)).toEqual(letters.map(({ sk }) => sk))
    })

    describe('are put back', () => {
      const buried = async () => {
        const letter = at(freshQueue(), 0)
        await bury([letter])
        return letter
      }
      const isThere = async (letter: DeadLetter) =>
        (await store().history.letters(letter.pk)).letters.length > 0

      test('as a job, and are gone', async () => {
        const [letter, job] = [await buried(), jobItem({ pk: freshShard() })]
        expect(await store().history.putBack(letter, job)).toBe('put')
        expect(await store().jobs.get(job)).toEqual(job)
        expect(await isThere(letter)).toBe(false)
      })

      test('once, however many try', async () => {
        const [letter, pk] = [await buried(), freshShard()]
        const jobs = [0, 1, 2].map((n) => jobItem({ pk, runAt: NOW + n }))
        const outcomes = await Promise.all(jobs.map((job) => store().history.putBack(letter, job)))
        expect(outcomes.filter((outcome) => outcome === 'put')).toHaveLength(1)
        expect((await store().jobs.range({ shard: pk, from: '0#', limit: 9 })).items).toHaveLength(1)
      })

      test('and leave no job behind if they are gone', async () => {
        const job = jobItem({ pk: freshShard() })
        expect(await store().history.putBack(at(freshQueue(), 0), job)).toBe('gone')
        expect(await store().jobs.get(job)).toBeUndefined()
      })

      test('never over another job, and then stay', async () => {
        const [letter, job] = [await buried(), jobItem({ pk: freshShard() })]
        await store().jobs.put(job)
        expect(await store().history.putBack(letter, { ...job, task: 'other' })).toBe('occupied')
        expect(await store().jobs.get(job)).toEqual(job)
        expect(await isThere(letter)).toBe(true)
      })
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
      await store().jobs.put(untyped({ ...rest, sk }))
      expect(await store().jobs.bury(raw, deadLetterOf(raw, 'refused', error, NOW))).toBe('buried')
      expect(await lettersOf(queue)).toHaveLength(1)
    })
  })
}
