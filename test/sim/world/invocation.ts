/** One invocation of a function: a machine with a clock of its own, that may stop at any moment for ever. */
import type { Scheduler, Timer } from './scheduler.ts'

export type FunctionName = 'dispatcher' | 'worker' | 'ingest' | 'tick' | 'deployer' | 'client' | 'admin'

/** How often each function has been invoked in the chain of messages that led here, as AWS writes into its trace header. */
export type Chain = Readonly<Partial<Record<FunctionName, number>>>

/** Of several messages in one batch the longest chain counts. */
export function longestOf(chains: readonly Chain[]): Chain {
  const longest: Partial<Record<FunctionName, number>> = {}
  for (const [fn, links] of chains.flatMap((chain) => Object.entries(chain) as [FunctionName, number][]))
    longest[fn] = Math.max(longest[fn] ?? 0, links)
  return longest
}

export class Invocation {
  readonly id: number
  readonly fn: FunctionName
  /** How far its clock is off. */
  readonly skew_ms: number
  /** Which of the deployed versions of the configuration it has. */
  readonly version: number
  readonly endsAt: number
  readonly begunAt: number
  /** This invocation included. */
  readonly chain: Chain
  alive = true
  readonly #scheduler: Scheduler
  readonly #onStop: (how: string) => void
  readonly #timeout: Timer

  constructor(
    scheduler: Scheduler,
    of: {
      id: number
      fn: FunctionName
      skew_ms: number
      version: number
      timeout_ms: number
      chain: Chain
    },
    onStop: (how: string) => void,
  ) {
    this.id = of.id
    this.fn = of.fn
    this.skew_ms = of.skew_ms
    this.version = of.version
    this.begunAt = scheduler.now
    this.endsAt = scheduler.now + of.timeout_ms
    this.chain = { ...of.chain, [of.fn]: (of.chain[of.fn] ?? 0) + 1 }
    this.#scheduler = scheduler
    this.#onStop = onStop
    // A Lambda timeout is a hard stop.
    this.#timeout = scheduler.at(this.endsAt, () => this.stop('timeout'))
  }

  /** No continuation of a stopped invocation ever runs again, for nothing that it awaits is ever resolved. */
  stop(how: string): void {
    if (!this.alive) return
    this.alive = false
    this.#timeout.cancelled = true
    this.#onStop(how)
  }

  remaining_ms(): number {
    return this.endsAt - this.#scheduler.now
  }

  /** Resolves after a virtual time, unless the invocation is over by then. */
  sleep(delay_ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.alive) return
      this.#scheduler.after(delay_ms, () => {
        if (this.alive) resolve()
      })
    })
  }
}
