/** A service outside of Sluice that sees when handlers run. */
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { onLoopback } from '../support/loopback.ts'

export interface Seen {
  readonly at: number
  readonly what: 'start' | 'end'
  readonly queue: string
  readonly customer: string
  readonly name: string
  readonly attempt: number
  /** How long the payload's text was. */
  readonly bytes: number
  /** By which tick of a schedule, if the handler has said so. */
  readonly tick?: {
    readonly name: string
    readonly at: string
    readonly previous?: string
    readonly next: readonly string[]
    readonly isManual?: true
  }
}

export class Recorder {
  readonly seen: Seen[] = []
  readonly #changed = new EventEmitter()
  /** Customers whose next start is answered with 429 and `Retry-After`, and by how many seconds. */
  readonly #asking = new Map<string, number>()
  readonly #server = createServer((request, response) => {
    void this.#receive(request).then((retryAfter_s) => {
      if (retryAfter_s !== undefined) response.writeHead(429, { 'Retry-After': String(retryAfter_s) })
      response.end()
    })
  })

  listen(): Promise<string> {
    return onLoopback(this.#server)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** The next start of the customer is refused: it is to come again after so many seconds. */
  askForTime(customer: string, seconds: number): void {
    this.#asking.set(customer, seconds)
  }

  /** Resolves when enough has been seen. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changed, 'seen')
  }

  of(customer: string): Seen[] {
    return this.seen.filter((seen) => seen.customer === customer)
  }

  /** Names of the customer's jobs that ended, in the order in which they did. */
  ended(customer: string): string[] {
    return this.of(customer).flatMap(({ what, name }) => (what === 'end' ? [name] : []))
  }

  started(customer: string): string[] {
    return this.of(customer).flatMap(({ what, name }) => (what === 'start' ? [name] : []))
  }

  /** The most runs of a customer's jobs at any moment. */
  highestConcurrency(customer: string): number {
    let running = 0
    return Math.max(0, ...this.of(customer).map(({ what }) => (running += what === 'start' ? 1 : -1)))
  }

  /** The most runs of the jobs whose names begin so, at any moment. */
  mostNamed(prefix: string): number {
    let running = 0
    const named = this.seen.filter(({ name }) => name.startsWith(prefix))
    return Math.max(0, ...named.map(({ what }) => (running += what === 'start' ? 1 : -1)))
  }

  /** When the customer's jobs started, in that order. Epoch ms. */
  startTimes(customer: string): number[] {
    return this.of(customer).flatMap(({ what, at }) => (what === 'start' ? [at] : []))
  }

  /** The most units that jobs of all customers used at any moment. */
  highestUse(weightOf: (queue: string) => number): number {
    let used = 0
    return Math.max(
      0,
      ...this.seen.map(({ what, queue }) => (used += (what === 'start' ? 1 : -1) * weightOf(queue))),
    )
  }

  /** The most starts in any window of that length. */
  busiestWindow(customer: string, period_ms: number): number {
    const starts = this.of(customer).flatMap(({ what, at }) => (what === 'start' ? [at] : []))
    return Math.max(
      0,
      ...starts.map((end) => starts.filter((at) => at > end - period_ms && at <= end).length),
    )
  }

  /** The same over all customers, each start counted as its queue's jobs cost. */
  mostStartsOf(costOf: (queue: string) => number, period_ms: number): number {
    const starts = this.seen.filter(({ what }) => what === 'start')
    return Math.max(
      0,
      ...starts.map(({ at: end }) =>
        starts
          .filter(({ at }) => at > end - period_ms && at <= end)
          .reduce((sum, { queue }) => sum + costOf(queue), 0),
      ),
    )
  }

  async #receive(request: IncomingMessage): Promise<number | undefined> {
    const at = Date.now()
    const told = (await json(request)) as Omit<Seen, 'at'>
    this.seen.push({ ...told, at })
    this.#changed.emit('seen')
    const retryAfter_s = this.#asking.get(told.customer)
    this.#asking.delete(told.customer)
    return retryAfter_s
  }
}
