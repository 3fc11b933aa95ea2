/** Random numbers that a seed repeats (mulberry32). */
export interface Random {
  /** From 0 to just below 1. */
  number(): number
  /** A whole number, both ends included. */
  integer(min: number, max: number): number
  shuffle<T>(items: readonly T[]): T[]
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const number = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (min: number, max: number) => min + Math.floor(number() * (max - min + 1))
  const shuffle = <T>(items: readonly T[]) =>
    items
      .map((item) => ({ item, order: number() }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item)
  return { number, integer, shuffle }
}
