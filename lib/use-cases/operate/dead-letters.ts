/** The dead letters of a queue, which stand under several keys, as one list. */
import { type DeadLetter, letterKeys } from '../../core/job/dead-letter.ts'
import type { HistoryStore, Store } from '../../ports/store.ts'
import { allPages, merged } from './merged.ts'

/** Oldest first: a sort key begins with the time of death. */
export const deadLetters = ({ history }: Pick<Store, 'history'>, queue: string): AsyncGenerator<DeadLetter> =>
  merged(
    letterKeys(queue).map((pk) => lettersUnder(history, pk)),
    (one, other) => one.sk < other.sk,
  )

const lettersUnder = (history: HistoryStore, pk: string): AsyncGenerator<DeadLetter> =>
  allPages(async (from) => {
    const { letters, cursor } = await history.letters(pk, from)
    return { all: letters, cursor }
  })
