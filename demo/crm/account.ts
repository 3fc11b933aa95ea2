/**
 * An account at the service, a customer's or one that all share: it enforces its limits by itself, knows nothing of
 * Sluice, and remembers what it saw. Highest values include the calls it refused: they show by how much a caller went beyond.
 */
import type { ApiLimits } from '../limits.ts'

/** What became of one contact. Times are epoch ms. */
export interface ContactSeen {
  /** Those that were accepted. */
  calls: number
  successes: number
  readonly firstArrivalAt: number
  lastSuccessAt?: number
}

export interface AccountReport {
  readonly id: string
  readonly limits: ApiLimits
  readonly arrivals: number
  readonly refused: number
  /** Units. */
  readonly maxConcurrent: number
  readonly maxInWindow: number
  /** Units of all but the customer for whom some are kept. */
  readonly maxOfOthers: number
  readonly contacts: Readonly<Record<string, ContactSeen>>
}

export interface Call {
  readonly contactId: string
  /** Default: one. */
  readonly units?: number
  /** For whom, where some units are kept for one customer. */
  readonly customerId?: string | undefined
}

export type Admission = 'refused' | 'accepted'

export class CrmAccount {
  readonly id: string
  limits: ApiLimits
  succeeded = 0
  refused = 0
  /** Calls that have not been answered. */
  active = 0
  #arrivals = 0
  #units = 0
  #maxConcurrent = 0
  #maxInWindow = 0
  #unitsOfOthers = 0
  #maxOfOthers = 0
  /** When the accepted calls of the present window arrived, oldest first. */
  #window: number[] = []
  readonly #contacts = new Map<string, ContactSeen>()

  constructor(id: string, limits: ApiLimits) {
    this.id = id
    this.limits = limits
  }

  /** A call that is accepted has to `leave`. */
  arrive(call: Call, now: number): Admission {
    const { contactId, units = 1 } = call
    const { concurrency, allowed = Number.POSITIVE_INFINITY, period_ms = 0 } = this.limits
    this.#arrivals++
    this.#contact(contactId, now)
    this.#window = this.#window.filter((at) => at > now - period_ms)
    this.#maxConcurrent = Math.max(this.#maxConcurrent, this.#units + units)
    this.#maxInWindow = Math.max(this.#maxInWindow, this.#window.length + 1)
    const isKept = this.#takesKept(call)
    if (this.#units + units > concurrency || this.#window.length >= allowed || isKept) {
      this.refused++
      return 'refused'
    }
    this.active++
    this.#units += units
    this.#unitsOfOthers += this.#ofOthers(call)
    this.#window.push(now)
    this.#contact(contactId, now).calls++
    return 'accepted'
  }

  leave(call: Call, now: number, outcome: 'succeeded' | 'failed'): void {
    const { contactId, units = 1 } = call
    this.active--
    this.#units -= units
    this.#unitsOfOthers -= this.#ofOthers(call)
    const contact = this.#contacts.get(contactId)
    if (outcome === 'failed' || !contact) return
    if (contact.successes === 0) this.succeeded++
    contact.successes++
    contact.lastSuccessAt = now
  }

  /** How many calls for a contact were accepted. */
  callsOf(contactId: string): number {
    return this.#contacts.get(contactId)?.calls ?? 0
  }

  report(): AccountReport {
    return {
      id: this.id,
      limits: this.limits,
      arrivals: this.#arrivals,
      refused: this.refused,
      maxConcurrent: this.#maxConcurrent,
      maxInWindow: this.#maxInWindow,
      maxOfOthers: this.#maxOfOthers,
      contacts: Object.fromEntries(this.#contacts),
    }
  }

  /** How many units of a call are not of the customer for whom some are kept. */
  #ofOthers({ customerId, units = 1 }: Call): number {
    const { kept } = this.limits
    return kept === undefined || customerId === kept.customerId ? 0 : units
  }

  /** Whether with this call the others would use what is kept. */
  #takesKept(call: Call): boolean {
    const { concurrency, kept } = this.limits
    const units = this.#ofOthers(call)
    if (kept === undefined || units === 0) return false
    this.#maxOfOthers = Math.max(this.#maxOfOthers, this.#unitsOfOthers + units)
    return this.#unitsOfOthers + units > concurrency - kept.units
  }

  #contact(contactId: string, now: number): ContactSeen {
    const contact = this.#contacts.get(contactId) ?? { calls: 0, successes: 0, firstArrivalAt: now }
    this.#contacts.set(contactId, contact)
    return contact
  }
}
