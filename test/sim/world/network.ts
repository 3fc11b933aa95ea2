/**
 * A call to a service has two legs. The request reaches it at one time, and takes effect; the reply reaches the caller
 * at another. Between them anything may happen, and either may get lost.
 */
import { type FaultName, type Faults, SimulatedFault } from '../faults/rates.ts'
import type { Listener } from './events.ts'
import type { Invocation } from './invocation.ts'
import { HotKey } from './metered.ts'
import type { Parts } from './parts.ts'
import type { SimRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'

const REFUSALS = ['throttled', 'crashBefore'] as const satisfies readonly FaultName[]
const LOSSES = ['replyLost', 'sentTwice', 'crashAfter'] as const satisfies readonly FaultName[]
type Fate = FaultName | undefined
/** Calls that the SDK is told not to send again. */
const SENT_ONCE: readonly string[] = ['putAtMostOnce']

const SLOWEST_MS = 20_000
const backoff = (tries: number): number => 50 * 2 ** tries

export class Network {
  readonly #scheduler: Scheduler
  readonly #random: SimRandom
  readonly #faults: Faults
  readonly #emit: Listener
  readonly #usual: (op: string) => number
  readonly #retries: number

  constructor({ scheduler, random, faults, emit, surroundings }: Parts) {
    this.#scheduler = scheduler
    this.#random = random
    this.#faults = faults
    this.#emit = emit
    this.#usual = surroundings.legs(random)
    this.#retries = surroundings.retries
  }

  call<T>(by: Invocation, op: string, effect: () => Promise<T>, transaction = false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!by.alive) return
      const struck = this.#fate(transaction)
      const fate = struck === 'sentTwice' && SENT_ONCE.includes(op) ? 'replyLost' : struck
      let [tries, sent] = [0, 0]
      const reply = (answer: () => void) =>
        this.#scheduler.after(this.#leg(op), () => {
          if (by.alive) answer()
        })
      const arrive = (fate: Fate) => {
        if (fate) this.#emit({ kind: 'fault', by, fault: fate, op })
        if (fate === 'crashBefore') return by.stop('crash')
        if (fate === 'throttled' || fate === 'transactionConflict')
          return reply(() => reject(new SimulatedFault(fate)))
        let answer = () => {}
        sent++
        effect().then(
          (value) => {
            answer = () => resolve(sent > 1 ? knownToBeSentAgain(value) : value)
          },
          (error) => {
            answer = () => reject(error)
            if (!(error instanceof HotKey)) return
            this.#emit({ kind: 'fault', by, fault: 'hotKey', op })
            if (tries++ < this.#retries)
              answer = () => this.#scheduler.after(backoff(tries), () => arrive(undefined))
          },
        )
        if (fate === 'sentTwice') return this.#scheduler.after(this.#retryAfter(op), () => arrive(undefined))
        if (fate === 'replyLost') return reply(() => reject(new SimulatedFault(fate)))
        if (fate === 'crashAfter') return reply(() => by.stop('crash'))
        return reply(() => answer())
      }
      this.#scheduler.after(this.#leg(op), () => arrive(fate))
    })
  }

  /** The SDK gives a call up, which may arrive all the same. */
  within(by: Invocation, op: string, time_ms: number, call: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      let isAnswered = false
      call.then(resolve, reject).finally(() => {
        isAnswered = true
      })
      this.#scheduler.after(time_ms, () => {
        if (!by.alive || isAnswered) return
        this.#emit({ kind: 'fault', by, fault: 'slowCall', op })
        reject(new SimulatedFault('slowCall'))
      })
    })
  }

  #fate(transaction: boolean): Fate {
    if (transaction && this.#faults.strikes('transactionConflict')) return 'transactionConflict'
    return (
      REFUSALS.find((name) => this.#faults.strikes(name)) ?? LOSSES.find((name) => this.#faults.strikes(name))
    )
  }

  /** Immediately, or after the SDK has waited in vain for the first reply. */
  #retryAfter(op: string): number {
    return 2 * this.#leg(op) + (this.#random.chance(0.5) ? this.#random.int(50, 3000) : 0)
  }

  #leg(op: string): number {
    if (this.#faults.strikes('slowCall')) return this.#random.skewed(100, SLOWEST_MS)
    return this.#usual(op)
  }
}

/** The SDK tells how often it has sent a call, and so a conflict says that the write may have been made before. */
function knownToBeSentAgain<T>(value: T): T {
  const isConflict =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'conflict'
  return isConflict ? { ...value, isUncertain: true } : value
}
