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
  return new Reader(iteratorOf(iterable), room)
}

type Source<Item> = Iterator<Item> | AsyncIterator<Item>

const iteratorOf = <Item>(iterable: Iterable<Item> | AsyncIterable<Item>): Source<Item> =>
  Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]()

class Reader<Item> implements ReadAhead<Item> {
  readonly #source: Source<Item>
  readonly #room: number
  readonly #items: Item[] = []
  readonly #takers: ((taken: { readonly item: Item } | undefined) => void)[] = []
  #isReading = false
  #isOver = false
  taken = 0
  error: { readonly cause: unknown } | undefined

  constructor(source: Source<Item>, room: number) {
    this.#source = source
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
    const close = async () => void (await this.#source.return?.())
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
      const next = await this.#source.next()
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
