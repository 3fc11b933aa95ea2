/** The service that the worker calls: it has limits of its own, refuses what is over them, and forgets nothing. */
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ServiceLimits {
  readonly concurrency?: number
  readonly starts?: { readonly allowed: number; readonly period_ms: number }
}

/** What several queues share, whatever their customers: how many units a call of each takes. */
export interface SharedLimit {
  readonly units: number
  readonly weights: Readonly<Record<string, number>>
}

export interface Call {
  readonly queue: string
  readonly customer: string
  readonly name: string
  readonly attempt: number
  readonly version: string
  readonly at: number
  endedAt?: number
  /** Why the service did not want it. */
  refused?: string
  /** The worker was gone before it had its answer. */
  aborted?: boolean
}

type Request = Omit<Call, 'at'> & { readonly takes_ms: number }

export class Witness {
  readonly calls: Call[] = []
  readonly #limits = new Map<string, ServiceLimits>()
  readonly #shared = new Map<string, SharedLimit>()
  readonly #changed = new EventEmitter()
  readonly server = createServer((request, response) => {
    void this.#serve(request, response).catch(() => response.destroy())
  })

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  /** From now on, for each customer of the queue. What began before goes on and counts. */
  limit(queue: string, limits: ServiceLimits): void {
    this.#limits.set(queue, limits)
  }

  /** The same of what queues share. */
  share(name: string, limit: SharedLimit): void {
    this.#shared.set(name, limit)
  }

  /** Resolves when enough has been seen. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changed, 'change')
  }

  of(queue: string, customer?: string): Call[] {
    return this.calls.filter(
      (call) => call.queue === queue && (customer === undefined || call.customer === customer),
    )
  }

  /** Names of the calls that were answered in full. */
  done(queue: string, customer?: string): string[] {
    const whole = this.of(queue, customer).filter(
      (call) => call.endedAt !== undefined && !call.refused && !call.aborted,
    )
    return whole.map(({ name }) => name)
  }

  refusals(): Call[] {
    return this.calls.filter(({ refused }) => refused !== undefined)
  }

  /** The most calls of a customer at any moment since a time. */
  highestConcurrency(queue: string, customer: string, since = 0): number {
    const calls = this.of(queue, customer).filter((call) => (call.endedAt ?? since) >= since)
    const counts = calls.map(({ at }) => calls.filter((call) => isOpenAt(call, at)).length)
    return Math.max(0, ...counts)
  }

  /** The most units that calls of several queues have used at any moment since a time. */
  highestUse(weights: SharedLimit['weights'], since = 0): number {
    const calls = this.calls.filter(
      ({ queue, refused, endedAt = since }) => queue in weights && !refused && endedAt >= since,
    )
    return Math.max(
      0,
      ...calls.map(({ at }) =>
        unitsOf(
          calls.filter((call) => isOpenAt(call, at)),
          weights,
        ),
      ),
    )
  }

  /** The most calls of a customer that began in any window of that length since a time. */
  busiestWindow(queue: string, customer: string, period_ms: number, since = 0): number {
    const starts = this.of(queue, customer).flatMap(({ at }) => (at >= since ? [at] : []))
    const counts = starts.map((end) => starts.filter((at) => at > end - period_ms && at <= end).length)
    return Math.max(0, ...counts)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { takes_ms, ...body } = (await json(request)) as Request
    const call: Call = { ...body, at: Date.now() }
    const refused = this.#refusal(call)
    if (refused) call.refused = refused
    this.calls.push(call)
    this.#changed.emit('change')
    const closed = once(response, 'close').then(() => {
      call.endedAt = Date.now()
      if (!response.writableFinished) call.aborted = true
      this.#changed.emit('change')
    })
    if (!refused) await sleep(takes_ms)
    response.writeHead(refused ? 429 : 200).end()
    await closed
  }

  #refusal({ queue, customer, name, at }: Call): string | undefined {
    const { concurrency, starts } = this.#limits.get(queue) ?? {}
    const accepted = this.of(queue, customer).filter(({ refused }) => !refused)
    const open = accepted.filter(({ endedAt }) => endedAt === undefined)
    if (open.some((call) => call.name === name)) return `${name} runs twice at the same time`
    if (concurrency !== undefined && open.length >= concurrency)
      return `${open.length} of ${concurrency} calls are open`
    const shared = this.#sharedRefusal(queue)
    if (shared || !starts) return shared
    const recent = accepted.filter((call) => call.at > at - starts.period_ms)
    if (recent.length < starts.allowed) return undefined
    return `${recent.length} of ${starts.allowed} calls have begun in ${starts.period_ms} ms`
  }

  #sharedRefusal(queue: string): string | undefined {
    const open = this.calls.filter(({ refused, endedAt }) => !refused && endedAt === undefined)
    for (const [name, { units, weights }] of this.#shared) {
      const used = unitsOf(open, weights)
      if (used + (weights[queue] ?? 0) > Math.max(units, used))
        return `${used} of ${units} units of ${name} are in use`
    }
    return undefined
  }
}

const unitsOf = (calls: readonly Call[], weights: SharedLimit['weights']): number =>
  calls.reduce((sum, { queue }) => sum + (weights[queue] ?? 0), 0)

const isOpenAt = (call: Call, at: number): boolean => call.at <= at && (call.endedAt ?? Infinity) > at
