/** The states that were found, by number, and the steps between them. */

/** A list of numbers that grows. Ten million of them fit. */
class Numbers {
  length = 0
  #items = new Int32Array(1024)

  push(item: number): void {
    if (this.length === this.#items.length) {
      const smaller = this.#items
      this.#items = new Int32Array(2 * smaller.length)
      this.#items.set(smaller)
    }
    this.#items[this.length++] = item
  }

  at(index: number): number {
    return this.#items[index] ?? 0
  }
}

export class Graph {
  readonly #known = new Map<string, number>()
  /** How each state was first reached: from which other one, and by which of its steps. */
  readonly #parents = new Numbers()
  readonly #choices = new Numbers()
  readonly #from = new Numbers()
  readonly #to = new Numbers()

  get states(): number {
    return this.#known.size
  }
  get steps(): number {
    return this.#from.length
  }

  numberOf(key: string): number | undefined {
    return this.#known.get(key)
  }

  /** Returns the number of the new state. */
  add(key: string, parent: number, choice: number): number {
    const number = this.#known.size
    this.#known.set(key, number)
    this.#parents.push(parent)
    this.#choices.push(choice)
    return number
  }

  connect(from: number, to: number): void {
    this.#from.push(from)
    this.#to.push(to)
  }

  /** The choices that lead from the first state to this one. */
  wayTo(state: number): number[] {
    const choices: number[] = []
    for (let at = state; at > 0; at = this.#parents.at(at)) choices.push(this.#choices.at(at))
    return choices.reverse()
  }

  /** The first state from which none of these can be reached. */
  withoutWayTo(ends: readonly number[]): number | undefined {
    const { heads, next } = this.#backwards()
    const reaches = new Uint8Array(this.states)
    const waiting = [...ends]
    for (const end of ends) reaches[end] = 1
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop())
      for (let edge = heads[state] ?? -1; edge !== -1; edge = next[edge] ?? -1) {
        const from = this.#from.at(edge)
        if (reaches[from] === 1) continue
        reaches[from] = 1
        waiting.push(from)
      }
    const lost = reaches.indexOf(0)
    return lost === -1 ? undefined : lost
  }

  /** The steps into each state, as linked lists. */
  #backwards(): { readonly heads: Int32Array; readonly next: Int32Array } {
    const heads = new Int32Array(this.states).fill(-1)
    const next = new Int32Array(this.steps)
    for (let edge = 0; edge < this.steps; edge++) {
      const to = this.#to.at(edge)
      next[edge] = heads[to] ?? -1
      heads[to] = edge
    }
    return { heads, next }
  }
}
