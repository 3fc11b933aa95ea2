/** How many dead letters stand under one key, and of which partition they are. */
import type { LetterCounts } from '../../ports/history.ts'
import type { Tables } from './tables.ts'

export function countOf({ history }: Tables, pk: string, partition: string): LetterCounts {
  const letters = history.filter((letter) => letter.pk === pk)
  const count = letters.filter((letter) => letter.partition === partition).length
  const someNameNone = letters.some((letter) => letter.partition === undefined)
  return {
    all: { count: letters.length },
    ofPartition: someNameNone ? { count, atLeast: true } : { count },
  }
}
