import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import { type DeadLetter, deadEvent, letterKeys } from '../../../lib/core/job/dead-letter.ts'
import { deadLetters } from '../../../lib/use-cases/operate/dead-letters.ts'
import { NOW } from '../../support/builders.ts'

const letter = (n: number, pk: string): DeadLetter => ({
  ...deadEvent({ queue: 'crm', id: `e${n}`, event: n }, 'no', NOW + n),
  pk,
})

async function storeWith(letters: readonly DeadLetter[]) {
  const store = memoryStore()
  const read: string[] = []
  for (const each of letters) await store.history.bury(each)
  const history = {
    ...store.history,
    letters: (pk: string, cursor?: string) => {
      read.push(pk)
      return store.history.letters(pk, cursor)
    },
  }
  return { history, read }
}

describe('the dead letters of a queue', () => {
  test.prop([fc.array(fc.nat(16), { maxLength: 80 })])(
    'come oldest first, however they lie under their keys',
    async (places) => {
      const letters = places.map((place, n) => letter(n, letterKeys('crm')[place] ?? ''))
      const { history } = await storeWith(letters.toReversed())
      expect(await Array.fromAsync(deadLetters({ history }, 'crm'))).toEqual(letters)
    },
  )

  test('are read page by page, as they are wanted', async () => {
    const [, first = '', second = ''] = letterKeys('crm')
    const letters = Array.from({ length: 100 }, (_, n) => letter(n, n < 50 ? first : second))
    const { history, read } = await storeWith(letters)
    const listing = deadLetters({ history }, 'crm')
    await listing.next()
    expect(read).toHaveLength(17)
    for (let n = 1; n < 45; n++) await listing.next()
    expect(read.filter((pk) => pk === first).length).toBeGreaterThan(3)
    expect(read.filter((pk) => pk === second)).toHaveLength(1)
  })
})
