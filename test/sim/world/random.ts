/** One seed decides everything: a small fast generator (sfc32), seeded by splitmix32. */
export class SimRandom {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    let state = seed >>> 0
    const split = () => {
      state = (state + 0x9e3779b9) | 0
      let z = state ^ (state >>> 16)
      z = Math.imul(z, 0x21f0aaad)
      z ^= z >>> 15
      z = Math.imul(z, 0x735a2d97)
      return (z ^ (z >>> 15)) >>> 0
    }
    this.#a = split()
    this.#b = split()
    this.#c = split()
    for (let warmup = 0; warmup < 12; warmup++) this.number()
  }

  /** From 0 (inclusive) to 1 (exclusive). */
  number(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }

  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.number() * (most - least + 1))
  }

  /** No draw is made for what cannot happen, so that faults that are off leave no mark. */
  chance(probability: number): boolean {
    return probability > 0 && this.number() < probability
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.int(0, values.length - 1)] ?? values[0]
  }

  /** Small values often, large ones seldom: how long things take. */
  skewed(least: number, most: number): number {
    return Math.round(least * (Math.max(most, 1) / Math.max(least, 1)) ** (this.number() ** 3))
  }

  /** An independent generator, so that one part's draws do not shift another's. */
  fork(): SimRandom {
    return new SimRandom(Math.floor(this.number() * 4_294_967_296))
  }
}
