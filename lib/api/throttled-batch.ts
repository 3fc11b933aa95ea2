/** Runs whatever can be iterated through a throttle of this process, and says what came of it. */
import { setImmediate as othersTurn } from 'node:timers/promises'
import { ConfigurationError, SluiceError } from '../core/errors.ts'
import { isIterable, type ReadAhead, readAhead } from './read-ahead.ts'
import { RetryAfterError } from './retry-after.ts'
import { now, Throttle } from './throttle.ts'
import { type Settings, type ThrottleSettings, toSettings } from './throttled-options.ts'
import { textOf } from './thrown-text.ts'

/** What `fn` returns for an item that there was nothing to do for. */
export const SKIP: unique symbol = Symbol('skip')

export interface ThrottledOptions extends ThrottleSettings {
  /**
   * When it is aborted, nothing more is taken or started; what runs is waited for, and sees the signal itself. An item that the
   * iterable still owes is skipped if it comes by then, and in no count if it comes later.
   */
  readonly signal?: AbortSignal
  /** Of so many failures the items and errors are kept; the others are counted. Default: 100. */
  readonly maxErrors?: number
  /** Called whenever something has ended. If it throws, or its promise rejects, the batch ends early. */
  readonly onProgress?: (stats: BatchStats) => void
}

export interface BatchCounts {
  readonly sent: number
  readonly failed: number
  /** Taken, and not tried: `fn` returned `SKIP`, or the signal was aborted. */
  readonly skipped: number
  /** All that were taken from the iterable. */
  readonly total: number
  /** Failed, of those that were tried: from 0 to 1. */
  readonly errorRate: number
}

export interface BatchStats extends BatchCounts {
  readonly running: number
  /** The shortest time between two starts now: longer than configured while too many fail. */
  readonly interval_ms: number
}

export interface BatchResult<Item> extends BatchCounts {
  /** The first failures, in the order in which they came. `failed` counts those that are not here, too. */
  readonly errors: readonly { readonly item: Item; readonly error: unknown }[]
  readonly isAborted: boolean
}

export interface ThrottledBatch<Item> extends Promise<BatchResult<Item>> {
  /** How far it has come. */
  stats(): BatchStats
}

/** The iterable, or `onProgress`, has thrown. What was running has ended; `result` says what came of it all until then. */
export class BatchInterruptedError<Item = unknown> extends SluiceError {
  override readonly name = 'BatchInterruptedError'
  readonly result: BatchResult<Item>
  constructor(result: BatchResult<Item>, cause: unknown) {
    const ended = `the batch ended early, with ${result.sent} of ${result.total} items sent`
    super(`${ended}: ${textOf(cause, 'the iterable, or onProgress,')}`, { cause })
    this.result = result
  }
}

/**
 * Calls `fn` for each item, throttled: never more than `maxConcurrent` simultaneously, never two starts within `minInterval`,
 * and slower while too many fail. What `fn` throws is counted and collected; a `RetryAfterError` is no failure: nothing
 * starts before its time, and the item is tried again then. For limits that hold over processes, enqueue jobs.
 * @example
 * const { sent, failed, errors } = await throttledBatch(subscribers, sendDigest, { maxConcurrent: 3, minInterval: '500ms' })
 * @throws ConfigurationError that names what is wrong, before anything is taken; the promise rejects with `BatchInterruptedError` if the iterable throws
 */
export function throttledBatch<Item>(
  iterable: Iterable<Item> | AsyncIterable<Item>,
  fn: (item: Item, signal: AbortSignal | undefined) => unknown,
  options: ThrottledOptions = {},
): ThrottledBatch<Item> {
  const settings = toSettings(options)
  if (typeof fn !== 'function') throw new ConfigurationError('fn', 'it is no function')
  if (!isIterable(iterable)) throw new ConfigurationError('iterable', 'it cannot be iterated')
  const batch = new Batch(iterable, fn, { ...options, ...settings })
  return Object.assign(batch.run(), { stats: () => batch.stats() })
}

type Tools = Settings & Pick<ThrottledOptions, 'signal' | 'onProgress'>

class Batch<Item> {
  readonly #fn: (item: Item, signal: AbortSignal | undefined) => unknown
  readonly #settings: Tools
  readonly #signal: AbortSignal | undefined
  readonly #items: ReadAhead<Item>
  readonly #throttle: Throttle
  readonly #errors: { readonly item: Item; readonly error: unknown }[] = []
  readonly #count = { sent: 0, failed: 0, skipped: 0, running: 0 }
  #fault: { readonly cause: unknown } | undefined

  constructor(
    iterable: Iterable<Item> | AsyncIterable<Item>,
    fn: (item: Item, signal: AbortSignal | undefined) => unknown,
    settings: Tools,
  ) {
    this.#fn = fn
    this.#settings = settings
    this.#signal = settings.signal
    this.#items = readAhead(iterable, settings.maxQueue)
    this.#throttle = new Throttle(settings)
  }

  async run(): Promise<BatchResult<Item>> {
    const stop = () => void this.#stop()
    this.#signal?.addEventListener('abort', stop)
    if (this.#isOver()) await this.#stop()
    await Promise.all(Array.from({ length: this.#settings.maxConcurrent }, () => this.#lane()))
    await this.#stop()
    this.#signal?.removeEventListener('abort', stop)
    const { errorRate, sent, failed, skipped, total } = this.stats()
    const isAborted = this.#signal?.aborted === true
    const result = { sent, failed, skipped, total, errorRate, errors: this.#errors, isAborted }
    const fault = this.#fault ?? this.#items.error
    if (fault) throw new BatchInterruptedError(result, fault.cause)
    return result
  }

  stats(): BatchStats {
    const { sent, failed, skipped, running } = this.#count
    const errorRate = sent + failed === 0 ? 0 : failed / (sent + failed)
    const interval_ms = this.#throttle.interval(now())
    return { sent, failed, skipped, total: this.#items.taken, errorRate, running, interval_ms }
  }

  #isOver = (): boolean => this.#signal?.aborted === true || this.#fault !== undefined

  async #stop(): Promise<void> {
    const left = await this.#items.stop()
    // Lanes have counted meanwhile.
    this.#count.skipped += left.length
  }

  async #lane(): Promise<void> {
    for (let next = await this.#items.take(); next; next = await this.#items.take()) {
      while ((await this.#attempt(next.item)) === 'again');
      this.#report()
      // Calls that wait for nothing would otherwise hold up all that the process does beside, the signal too.
      await othersTurn()
    }
  }

  async #attempt(item: Item): Promise<'ended' | 'again'> {
    if (!(await this.#throttle.start(this.#isOver, this.#signal))) {
      this.#count.skipped++
      return 'ended'
    }
    this.#count.running++
    try {
      const returned = await this.#fn(item, this.#signal)
      this.#count[returned === SKIP ? 'skipped' : 'sent']++
      if (returned !== SKIP) this.#throttle.ended('ok')
      return 'ended'
    } catch (error) {
      return this.#failed(item, error)
    } finally {
      this.#count.running--
    }
  }

  #failed(item: Item, error: unknown): 'ended' | 'again' {
    if (error instanceof RetryAfterError) {
      this.#throttle.slowDown(now() + error.until - Date.now())
      return 'again'
    }
    this.#count.failed++
    if (this.#errors.length < this.#settings.maxErrors) this.#errors.push({ item, error })
    this.#throttle.ended('failed')
    return 'ended'
  }

  #report(): void {
    try {
      const returned: unknown = this.#settings.onProgress?.(this.stats())
      Promise.resolve(returned).catch((cause: unknown) => this.#interrupt(cause))
    } catch (cause) {
      this.#interrupt(cause)
    }
  }

  #interrupt(cause: unknown): void {
    this.#fault ??= { cause }
    void this.#stop()
  }
}
