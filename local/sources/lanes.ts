/** Batches side by side, in order within each key. */
import { createHash } from 'node:crypto'
import { sleep } from '../async.ts'

/** Enough to keep a lane busy; more would only be memory. */
const BUFFER = 1000

export interface LanesOptions<T> {
  count: number
  batchSize: number
  window_ms: number
  /** Items with one key stay in order: they share a lane. */
  keyOf(item: T): string
  process(batch: T[]): Promise<void>
  signal: AbortSignal
}

/** Hands items to `count` lanes by key. Each lane works through its own, one batch after the other. */
export class Lanes<T> {
  readonly #options: LanesOptions<T>
  readonly #lanes: Lane<T>[]

  constructor(options: LanesOptions<T>) {
    this.#options = options
    this.#lanes = Array.from({ length: options.count }, () => new Lane(options))
  }

  /** Returns once every lane has room again. */
  async push(items: T[]): Promise<void> {
    for (const item of items) this.#lanes[hash(this.#options.keyOf(item)) % this.#lanes.length]?.push(item)
    await Promise.all(this.#lanes.map((lane) => lane.room()))
  }

  /** Returns when the running batches are done. */
  async stopped(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.running))
  }
}

class Lane<T> {
  running: Promise<void> | undefined
  readonly #options: LanesOptions<T>
  readonly #items: T[] = []
  #onRoom: (() => void) | undefined

  constructor(options: LanesOptions<T>) {
    this.#options = options
  }

  push(item: T): void {
    this.#items.push(item)
    // In a later turn, so that what is pushed together can go into one batch.
    this.running ??= Promise.resolve().then(() => this.#run())
  }

  room(): Promise<void> {
    if (this.#items.length < BUFFER) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onRoom = resolve
    })
  }

  async #run(): Promise<void> {
    const { batchSize, window_ms, process, signal } = this.#options
    while (this.#items.length > 0 && !signal.aborted) {
      if (window_ms > 0 && this.#items.length < batchSize) await sleep(window_ms, signal)
      await process(this.#items.splice(0, batchSize))
      if (this.#items.length < BUFFER || signal.aborted) this.#onRoom?.()
    }
    this.#onRoom?.()
    this.running = undefined
  }
}

/** Which lane a key has is nobody's business, as long as it stays the same. */
const hash = (key: string): number => createHash('md5').update(key).digest().readUInt32BE()
