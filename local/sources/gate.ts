/** At most `limit` simultaneously; the others wait in line. */
export class Gate {
  readonly #limit: number
  readonly #line: (() => void)[] = []
  #inside = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  async enter(): Promise<void> {
    if (this.#inside >= this.#limit) await new Promise<void>((resolve) => this.#line.push(resolve))
    else this.#inside++
  }

  /** The place goes straight to the next in line. */
  leave(): void {
    const next = this.#line.shift()
    if (next) next()
    else this.#inside--
  }
}
