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
}

export class Recorder {
  readonly seen: Seen[] = []
  readonly #changed = new EventEmitter()
  readonly #server = createServer((request, response) => {
    void this.#receive(request).then(() => response.end())
  })

  listen(): Promise<string> {
    return onLoopback(this.#server)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
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

  /** The most starts in any window of that length. */
  busiestWindow(customer: string, period_ms: number): number {
    const starts = this.of(customer).flatMap(({ what, at }) => (what === 'start' ? [at] : []))
    return Math.max(
      0,
      ...starts.map((end) => starts.filter((at) => at > end - period_ms && at <= end).length),
    )
  }

  async #receive(request: IncomingMessage): Promise<void> {
    const at = Date.now()
    this.seen.push({ ...((await json(request)) as Omit<Seen, 'at'>), at })
    this.#changed.emit('seen')
  }
}
