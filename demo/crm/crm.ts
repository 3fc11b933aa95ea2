/** The CRM: its customers' accounts, those that all customers share, and what it answers to a call. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiLimits, CrmLimits } from '../limits.ts'
import { type AccountReport, type Call, CrmAccount } from './account.ts'

export interface CrmReport {
  readonly accounts: readonly AccountReport[]
  /** The most simultaneous calls, over all customers. */
  readonly maxConcurrent: number
}

export interface CrmProgress {
  readonly active: number
  readonly refused: number
  /** Contacts that succeeded at least once, by customer. */
  readonly succeeded: Readonly<Record<string, number>>
}

export interface CrmOptions {
  /** How long a call takes. */
  readonly latency_ms: { readonly min: number; readonly max: number }
  readonly now: () => number
  /** For customers whose limits nobody has set. Without it there are no such customers. */
  readonly defaults?: CrmLimits
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Contacts whose id begins so fail on their first call, as if the CRM had a hiccup. */
export const FLAKY = 'flaky-'

export class Crm {
  readonly #options: CrmOptions
  #accounts = new Map<string, CrmAccount>()
  #maxConcurrent = 0

  constructor(options: CrmOptions) {
    this.#options = options
  }

  setLimits(customerId: string, limits: ApiLimits): void {
    const account = this.#accounts.get(customerId)
    if (account) account.limits = limits
    else this.#accounts.set(customerId, new CrmAccount(customerId, limits))
  }

  /** Forgets what it saw, and keeps the limits. */
  reset(): void {
    const fresh = [...this.#accounts.values()].map(
      ({ id, limits }) => [id, new CrmAccount(id, limits)] as const,
    )
    this.#accounts = new Map(fresh)
    this.#maxConcurrent = 0
  }

  async call(customerId: string, call: Call): Promise<Answer> {
    const { defaults } = this.#options
    if (defaults && !this.#accounts.has(customerId)) this.setLimits(customerId, defaults)
    const account = this.#accounts.get(customerId)
    if (!account) return { status: 404, body: { error: `there is no customer ${customerId}` } }
    const { contactId } = call
    if (account.arrive(call, this.#options.now()) === 'refused')
      return { status: 429, body: { error: 'too many requests' } }
    this.#maxConcurrent = Math.max(this.#maxConcurrent, this.#active())
    await sleep(this.#latency())
    const failed = contactId.startsWith(FLAKY) && account.callsOf(contactId) === 1
    account.leave(call, this.#options.now(), failed ? 'failed' : 'succeeded')
    return failed
      ? { status: 500, body: { error: 'a hiccup: try again' } }
      : { status: 200, body: { contactId } }
  }

  report(): CrmReport {
    return {
      accounts: [...this.#accounts.values()].map((account) => account.report()),
      maxConcurrent: this.#maxConcurrent,
    }
  }

  progress(): CrmProgress {
    const accounts = [...this.#accounts.values()]
    return {
      active: this.#active(),
      refused: accounts.reduce((sum, { refused }) => sum + refused, 0),
      succeeded: Object.fromEntries(accounts.map(({ id, succeeded }) => [id, succeeded])),
    }
  }

  #active(): number {
    return [...this.#accounts.values()].reduce((sum, { active }) => sum + active, 0)
  }

  #latency(): number {
    const { min, max } = this.#options.latency_ms
    return min + Math.random() * (max - min)
  }
}
