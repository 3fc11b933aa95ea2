/** Reads an iterable ahead, but never further than there is room: whoever makes the items is made to wait. */

export interface ReadAhead<Item> {
  /** The next item, or `undefined` if there is none, or if `stop` was called. */
  take(): Promise<{ readonly item: Item } | undefined>
  /** Takes nothing more from the iterable, and tells it so. Returns the items that had been taken and not given out. */
  stop(): Promise<readonly Item[]>
  /** Items that were taken from the iterable. */
  readonly taken: number
  /** What the iterable has thrown. */
  readonly error: { readonly cause: unknown } | undefined
}

export function readAhead<Item>(
  iterable: Iterable<Item> | AsyncIterable<Item>,
  room: number,
): ReadAhead<Item> {
  return new Reader(iterable, room)
}

type Source<Item> = Iterator<Item> | AsyncIterator<Item>

/** Without types it may be anything. */
export const isIterable = (value: unknown): boolean =>
  value !== null && value !== undefined && iteratorIn(value as Partial<AsyncIterable<unknown>>) !== undefined

const iteratorIn = <Item>(
  value: Partial<Iterable<Item> & AsyncIterable<Item>>,
): ((this: unknown) => unknown) | undefined =>
  [value[Symbol.asyncIterator], value[Symbol.iterator]].find((make) => typeof make === 'function')

const isResult = <Item>(next: unknown): next is IteratorResult<Item> =>
  typeof next === 'object' && next !== null

/** @throws whatever the iterable throws, or a TypeError if it is none */
function iteratorOf<Item>(iterable: Iterable<Item> | AsyncIterable<Item>): Source<Item> {
  const source = iteratorIn<Item>(iterable)?.call(iterable)
  if (typeof (source as Partial<Source<Item>> | undefined)?.next !== 'function')
    throw new TypeError('what was to be iterated gives no iterator')
  return source as Source<Item>
}

class Reader<Item> implements ReadAhead<Item> {
  readonly #iterable: Iterable<Item> | AsyncIterable<Item>
  /** Absent until the first item is asked for. */
  #source: Source<Item> | undefined
  readonly #room: number
  readonly #items: Item[] = []
  readonly #takers: ((taken: { readonly item: Item } | undefined) => void)[] = []
  #isReading = false
  #isOver = false
  taken = 0
  error: { readonly cause: unknown } | undefined

  constructor(iterable: Iterable<Item> | AsyncIterable<Item>, room: number) {
    this.#iterable = iterable
    this.#room = room
  }

  take(): Promise<{ readonly item: Item } | undefined> {
    const taken = new Promise<{ readonly item: Item } | undefined>((resolve) => this.#takers.push(resolve))
    this.#deliver()
    void this.#read()
    return taken
  }

  async stop(): Promise<readonly Item[]> {
    const wasOver = this.#isOver
    this.#isOver = true
    const left = this.#items.splice(0)
    this.#deliver()
    if (!wasOver) await this.#close()
    return left
  }

  /** One that waits for its next item hears of it when that comes: nobody waits for it here. */
  async #close(): Promise<void> {
    const close = async () => void (await this.#source?.return?.())
    const closed = close().catch((cause: unknown) => this.#fail(cause))
    if (!this.#isReading) await closed
  }

  /** Only one at a time, for the iterable may not be asked twice simultaneously. */
  async #read(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    while (!this.#isOver && this.#items.length < this.#room + this.#takers.length) await this.#readOne()
    this.#isReading = false
    this.#deliver()
  }

  async #readOne(): Promise<void> {
    try {
      this.#source ??= iteratorOf(this.#iterable)
      const next: unknown = await this.#source.next()
      if (!isResult<Item>(next)) throw new TypeError('the iterator gives no result')
      if (next.done) this.#isOver = true
      else {
        // Also one that comes after `stop`: the next call of that returns it.
        this.taken++
        this.#items.push(next.value)
      }
    } catch (cause) {
      this.#fail(cause)
    }
    this.#deliver()
  }

  #fail(cause: unknown): void {
    this.error ??= { cause }
    this.#isOver = true
  }

  #deliver(): void {
    while (this.#takers.length > 0 && this.#items.length > 0)
      this.#takers.shift()?.({ item: this.#items.shift() as Item })
    if (this.#isOver) for (const taker of this.#takers.splice(0)) taker(undefined)
  }
}
