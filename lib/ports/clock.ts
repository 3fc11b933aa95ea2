/** Time and chance, passed in so that the core stays pure and a simulation can replace them. */
import type { Token } from '../core/shard/state.ts'

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after so many milliseconds. */
  sleep(delay_ms: number): Promise<void>
}

export interface Random {
  /** From 0 (inclusive) to 1 (exclusive). */
  number(): number
  /** A text that no other call will return. */
  token(): Token
}
