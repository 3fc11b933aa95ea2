/** The dead letters of a queue, which stand under several keys, as one list. */
import { type DeadLetter, letterKeys } from '../../core/job/dead-letter.ts'
import type { HistoryStore, Store } from '../../ports/store.ts'

/** Oldest first. Of each key one page is held, and the next one read when that is used up. */
export async function* deadLetters(
  { history }: Pick<Store, 'history'>,
  queue: string,
): AsyncGenerator<DeadLetter> {
  let heads = (await Promise.all(letterKeys(queue).map((pk) => headOf(lettersUnder(history, pk))))).flat()
  while (heads.length > 0) {
    // A sort key begins with the time of death.
    const oldest = heads.reduce((first, head) => (head.letter.sk < first.letter.sk ? head : first))
    yield oldest.letter
    const next = await headOf(oldest.rest)
    heads = heads.flatMap((head) => (head === oldest ? next : [head]))
  }
}

/** The next letter of a key, and those behind it. */
interface Head {
  readonly letter: DeadLetter
  readonly rest: AsyncGenerator<DeadLetter>
}

async function headOf(rest: AsyncGenerator<DeadLetter>): Promise<Head[]> {
  const next = await rest.next()
  return next.done ? [] : [{ letter: next.value, rest }]
}

async function* lettersUnder(history: HistoryStore, pk: string): AsyncGenerator<DeadLetter> {
  let cursor: string | undefined
  do {
    const page = await history.letters(pk, cursor)
    yield* page.letters
    cursor = page.cursor
  } while (cursor !== undefined)
}
