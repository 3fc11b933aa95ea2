/** Measures a job from the start of one handler to the start of the next: one whole turn. */
import { difference, type Units } from './counting.ts'
import { dynamoDollars } from './prices.ts'

export interface Cost {
  readonly case: string
  /** Write units a job, from the put to the freed slot. */
  readonly writes: number
  /** Read units a job. */
  readonly reads: number
  /** For a million jobs. */
  readonly dollars: number
  /** Write units that a job may cost. */
  readonly budget: number
  /** What has to hold as long as the budget is out of reach: what has been reached, lest it gets lost. */
  readonly bound?: number
  /** Read units that a job may cost. */
  readonly readBudget?: number
}

export class Cycle {
  readonly #units: Units
  #starts = 0
  #first: Units | undefined
  #last: Units | undefined

  constructor(units: Units) {
    this.#units = units
  }

  start(): void {
    this.#starts++
    this.#last = { ...this.#units }
    this.#first ??= this.#last
  }

  cost(name: string, put: number, budget: number): Cost {
    if (!this.#first || !this.#last || this.#starts < 2) throw new Error(`${name}: nothing was measured`)
    const { writes, reads } = difference(this.#last, this.#first)
    const turns = this.#starts - 1
    const units = { writes: writes / turns + put, reads: reads / turns }
    return { case: name, ...units, dollars: dynamoDollars(units), budget }
  }
}
