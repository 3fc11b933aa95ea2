/** Who was promised what: every job that was accepted and has to run. */
import type { Witness } from './witness.ts'

export class Ledger {
  readonly #expected = new Map<string, { queue: string; customer: string; names: string[] }>()

  expect(queue: string, customer: string, name: string): void {
    const key = `${queue}|${customer}`
    const entry = this.#expected.get(key) ?? { queue, customer, names: [] }
    entry.names.push(name)
    this.#expected.set(key, entry)
  }

  count(queue: string, customer: string): number {
    return this.#expected.get(`${queue}|${customer}`)?.names.length ?? 0
  }

  /** Jobs that have not run, or have run more than once: `slots|acme|job-7 ran 2 times`. */
  mistakes(witness: Witness): string[] {
    return [...this.#expected.values()].flatMap(({ queue, customer, names }) => {
      const runs = new Map<string, number>()
      for (const name of witness.done(queue, customer)) runs.set(name, (runs.get(name) ?? 0) + 1)
      const wrong = names.filter((name) => runs.get(name) !== 1)
      return wrong.map((name) => `${queue}|${customer}|${name} ran ${runs.get(name) ?? 0} times`)
    })
  }

  isDone(witness: Witness): boolean {
    return [...this.#expected.values()].every(({ queue, customer, names }) => {
      const done = new Set(witness.done(queue, customer))
      return names.every((name) => done.has(name))
    })
  }
}
