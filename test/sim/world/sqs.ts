/** A standard SQS queue with its event source: at least once, in any order, each delivery counted. */
import type { Chain, FunctionName } from './invocation.ts'
import type { Parts } from './parts.ts'

export interface Message {
  readonly id: string
  readonly body: string
  readonly chain: Chain
  readonly sentAt: number
  received: number
}

export interface QueueSettings {
  readonly name: string
  readonly fn: FunctionName
  readonly visibility_ms: number
  readonly batchSize: number
  readonly maxReceives: number
  /** So many invocations of the event source at most. */
  readonly maxConcurrency?: number
  /** Lambda refuses whatever would make a function's chain longer than this. */
  readonly longestChain?: number
}

/** Handles a batch; calls back once with the ids that failed, or with `undefined` where the function did not end well. */
export type Consumer = (
  messages: readonly Message[],
  done: (failed: ReadonlySet<string> | undefined) => void,
) => void

const LONGEST_DELAY_MS = 600_000
/** What SQS takes as the text of a message. */
const SENDABLE = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u

export const isSendable = (body: string): boolean => SENDABLE.test(body) && body.isWellFormed()

export class SimulatedQueue {
  readonly deadLetters: Message[] = []
  /** Messages that somebody may still receive. */
  pending = 0
  /** Batches that are being handled. */
  busy = 0
  readonly #parts: Parts
  readonly #settings: QueueSettings
  readonly #consumer: Consumer
  #ready: Message[] = []
  #polling = false
  #sent = 0

  constructor(parts: Parts, settings: QueueSettings, consumer: Consumer) {
    this.#parts = parts
    this.#settings = settings
    this.#consumer = consumer
  }

  send(body: string, delay_ms = 0, chain: Chain = {}): void {
    const { faults } = this.#parts
    for (let copies = faults.strikes('messageDuplicated') ? 2 : 1; copies > 0; copies--) {
      this.pending++
      const id = `${this.#settings.name}-${++this.#sent}`
      this.#appear(
        { id, body, chain, sentAt: this.#parts.scheduler.now, received: 0 },
        delay_ms + this.#transit(),
      )
    }
  }

  #transit(): number {
    const { faults, random, surroundings } = this.#parts
    if (faults.strikes('messageSlow')) return random.int(50, 2000)
    if (faults.strikes('messageDelayed')) return random.skewed(1000, LONGEST_DELAY_MS)
    return surroundings.message_ms(random)
  }

  #appear(message: Message, delay_ms: number): void {
    this.#parts.scheduler.after(delay_ms, () => {
      this.#ready.push(message)
      this.#poll()
    })
  }

  get #isFull(): boolean {
    return this.busy >= (this.#settings.maxConcurrency ?? Number.POSITIVE_INFINITY)
  }

  #poll(): void {
    if (this.#polling || this.#isFull) return
    this.#polling = true
    const { scheduler, random, surroundings } = this.#parts
    scheduler.after(surroundings.receive_ms(random), () => {
      this.#polling = false
      if (this.#isFull) return
      const batch = this.#receive()
      if (batch.length > 0) this.#deliver(batch)
      if (this.#ready.length > 0) this.#poll()
    })
  }

  #receive(): Message[] {
    const { random, surroundings } = this.#parts
    const batch: Message[] = []
    while (batch.length < this.#settings.batchSize && this.#ready.length > 0) {
      const [message] = this.#ready.splice(surroundings.next(random, this.#ready.length), 1)
      if (!message) break
      message.received++
      if (message.received <= this.#settings.maxReceives) batch.push(message)
      else {
        this.deadLetters.push(message)
        this.pending--
      }
    }
    return batch
  }

  #deliver(batch: readonly Message[]): void {
    const { scheduler, faults, emit } = this.#parts
    const { name, visibility_ms } = this.#settings
    const handled = new Set<Message>()
    for (const { body, received } of batch) emit({ kind: 'delivered', queue: name, body, count: received })
    // Whatever has not been deleted by then is visible again, whether its function still runs or not.
    scheduler.after(visibility_ms, () => {
      for (const message of batch) {
        if (handled.has(message)) this.pending--
        else this.#appear(message, 0)
      }
    })
    if (faults.strikes('deliveryFailed')) return
    const taken = batch.filter((message) => !this.#isRefused(message))
    if (taken.length === 0) return
    this.busy++
    this.#consumer(taken, (failed) => {
      this.busy--
      if (this.#ready.length > 0) this.#poll()
      if (!failed) return
      for (const message of taken)
        if (!failed.has(message.id) && !faults.strikes('deletionLost')) handled.add(message)
    })
  }

  /** Each message by itself: what Lambda does with a batch of several chains is not documented. */
  #isRefused({ chain, body }: Message): boolean {
    const { name, fn, longestChain = Number.POSITIVE_INFINITY } = this.#settings
    if ((chain[fn] ?? 0) < longestChain) return false
    this.#parts.emit({ kind: 'loopRefused', queue: name, body })
    return true
  }
}
