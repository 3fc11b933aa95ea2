/** How many functions the account may run simultaneously: all of them together, the dispatcher's among them. */
import type { FunctionName } from './invocation.ts'

/** These two are somebody else's machines. */
const ELSEWHERE: readonly FunctionName[] = ['client', 'admin']

export class Concurrency {
  readonly #limit: () => number
  #running = 0

  /** @param limit how many at this moment */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  /** Takes a place; `undefined` where the invocation is throttled. What is returned gives the place back. */
  admit(fn: FunctionName): (() => void) | undefined {
    if (ELSEWHERE.includes(fn)) return () => {}
    if (this.#running >= this.#limit()) return undefined
    this.#running++
    return () => {
      this.#running--
    }
  }
}
