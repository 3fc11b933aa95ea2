/** What stands under several keys, each in its order, as one list in that order. */

/** Of each key one page is held, and the next one read when that is used up. */
export async function* merged<T>(
  lists: readonly AsyncGenerator<T>[],
  goesBefore: (one: T, other: T) => boolean,
): AsyncGenerator<T> {
  let heads = (await Promise.all(lists.map(headOf))).flat()
  while (heads.length > 0) {
    const first = heads.reduce((best, head) => (goesBefore(head.one, best.one) ? head : best))
    yield first.one
    const next = await headOf(first.rest)
    heads = heads.flatMap((head) => (head === first ? next : [head]))
  }
}

/** The next one of a key, and those behind it. */
interface Head<T> {
  readonly one: T
  readonly rest: AsyncGenerator<T>
}

async function headOf<T>(rest: AsyncGenerator<T>): Promise<Head<T>[]> {
  const next = await rest.next()
  return next.done ? [] : [{ one: next.value, rest }]
}

interface Page<T> {
  readonly all: readonly T[]
  readonly cursor: string | undefined
}

/** All of one key. */
export async function* allPages<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    yield* page.all
    cursor = page.cursor
  } while (cursor !== undefined)
}
