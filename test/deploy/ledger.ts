/** Who was promised what: every job that was accepted, and how often its service has to see it. */
import type { Witness } from './witness.ts'

interface Promised {
  readonly queue: string
  readonly customer: string
  readonly name: string
  readonly calls: number
}

export class Ledger {
  readonly #promised: Promised[] = []
  readonly #counts = new Map<string, number>()

  /** `calls`: one, and one for each attempt that is told to fail. */
  expect(queue: string, customer: string, name: string, calls = 1): void {
    this.#promised.push({ queue, customer, name, calls })
    this.#counts.set(`${queue}|${customer}`, this.count(queue, customer) + 1)
  }

  count(queue: string, customer: string): number {
    return this.#counts.get(`${queue}|${customer}`) ?? 0
  }

  get size(): number {
    return this.#promised.length
  }

  /** Jobs that were not called for, or too often, and all that their service has seen of them. */
  mistakes(witness: Witness): object[] {
    return this.#compared(witness).flatMap(({ made, ...promised }) => {
      if (made === promised.calls) return []
      const seen = witness.of(promised.queue, promised.customer)
      return [{ ...promised, seen: seen.filter(({ name }) => name === promised.name) }]
    })
  }

  isDone(witness: Witness): boolean {
    return this.#compared(witness).every(({ made, calls }) => made >= calls)
  }

  #compared(witness: Witness): (Promised & { readonly made: number })[] {
    const made = new Map<string, number>()
    for (const { queue, customer, name, endedAt, refused, aborted } of witness.calls) {
      const key = `${queue}|${customer}|${name}`
      if (endedAt !== undefined && !refused && !aborted) made.set(key, (made.get(key) ?? 0) + 1)
    }
    return this.#promised.map((promised) => {
      const { queue, customer, name } = promised
      return { ...promised, made: made.get(`${queue}|${customer}|${name}`) ?? 0 }
    })
  }
}
