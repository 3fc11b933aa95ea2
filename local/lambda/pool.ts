/** Which environment an invocation gets. */
import { Environment, type EnvironmentOptions } from './environment.ts'
import type { Outcome, Request } from './outcome.ts'

const LOCAL_LIMIT = 64
/**
 * A start takes a core for a third of a second. Meanwhile the warm environments do the work of many waiters, so that
 * short invocations never need more than a few, and only long ones get many.
 */
const MAX_STARTING = 1
const IDLE_MS = 60_000

interface Waiter {
  give(environment: Environment): void
  refuse(outcome: Outcome): void
}

/** A function's execution environments: reused while warm, never more than its concurrency limit. */
export class Pool {
  readonly limit: number
  readonly #options: EnvironmentOptions
  readonly #idle: { environment: Environment; reaper: NodeJS.Timeout }[] = []
  readonly #busy = new Set<Environment>()
  readonly #starting = new Set<Environment>()
  readonly #waiters: Waiter[] = []
  #closed = false
  #isRetired = false

  constructor(options: EnvironmentOptions) {
    this.#options = options
    this.limit = Math.min(options.fn.reservedConcurrency ?? LOCAL_LIMIT, LOCAL_LIMIT)
  }

  /** Takes a warm environment, starts one, or waits for one while the function is at its limit. */
  async invoke(request: Omit<Request, 'deadline_ms'>, onStart: () => void): Promise<Outcome> {
    const found = await this.#acquire()
    if (!(found instanceof Environment)) return found
    onStart()
    const outcome = await found.invoke(request)
    this.#busy.delete(found)
    if (found.alive) this.#release(found)
    this.#grow()
    return outcome
  }

  /** Kills one environment in the middle of its invocation. False if none is busy. */
  kill(): boolean {
    const [victim] = this.#busy
    victim?.kill()
    return victim !== undefined
  }

  /** Lets what runs and waits end, and keeps nothing warm. */
  retire(): void {
    this.#isRetired = true
    this.#coolDown()
  }

  close(): void {
    this.#closed = true
    this.#coolDown()
    for (const environment of [...this.#busy, ...this.#starting]) environment.kill()
    for (const waiter of this.#waiters.splice(0)) waiter.refuse(CLOSED)
  }

  #coolDown(): void {
    for (const { environment, reaper } of this.#idle.splice(0)) {
      clearTimeout(reaper)
      environment.kill()
    }
  }

  #acquire(): Promise<Environment | Outcome> {
    if (this.#closed) return Promise.resolve(CLOSED)
    return new Promise((resolve) => {
      this.#waiters.push({ give: resolve, refuse: resolve })
      this.#serve()
      this.#grow()
    })
  }

  #release(environment: Environment): void {
    const isUseless = this.#isRetired && this.#waiters.length === 0
    if (this.#closed || isUseless) {
      environment.kill()
      return
    }
    const reaper = setTimeout(() => this.#discard(environment), IDLE_MS).unref()
    this.#idle.push({ environment, reaper })
    this.#serve()
  }

  /** The most recently used environment goes first, so that the others can cool down. */
  #serve(): void {
    while (this.#waiters.length > 0) {
      const warm = this.#idle.pop()
      if (!warm) return
      clearTimeout(warm.reaper)
      if (!warm.environment.alive) continue
      this.#busy.add(warm.environment)
      this.#waiters.shift()?.give(warm.environment)
    }
  }

  #discard(environment: Environment): void {
    const at = this.#idle.findIndex((warm) => warm.environment === environment)
    if (at >= 0) this.#idle.splice(at, 1)
    environment.kill()
  }

  /** Starts as many environments as there are waiters without one on its way. */
  #grow(): void {
    while (
      this.#waiters.length > this.#starting.size &&
      this.#starting.size < MAX_STARTING &&
      this.#busy.size + this.#starting.size + this.#idle.length < this.limit
    ) {
      void this.#start()
    }
  }

  async #start(): Promise<void> {
    const environment = new Environment(this.#options)
    this.#starting.add(environment)
    const problem = await environment.ready
    this.#starting.delete(environment)
    if (problem) this.#waiters.shift()?.refuse(problem)
    else this.#release(environment)
    this.#grow()
  }
}

const CLOSED: Outcome = {
  kind: 'failure',
  reason: 'killed',
  error: { errorType: 'Closed', errorMessage: 'The local cloud is stopping.' },
}
