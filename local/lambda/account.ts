/**
 * The account's limit of simultaneous invocations. What a function has reserved is its own, and as much as it gets; the
 * others share the rest. Whoever finds no place is throttled: nothing waits in line in Lambda itself.
 */
import type { LambdaFunction } from '../resources/functions.ts'
import type { Outcome } from './outcome.ts'

/** Takes a place and returns what gives it back; undefined: throttled. */
export type Enter = (fn: LambdaFunction) => (() => void) | undefined

export const UNLIMITED: Enter = () => () => {}

/** @param concurrency how many invocations may run simultaneously, over all functions */
export function limitedTo(concurrency: number, functions: readonly LambdaFunction[]): Enter {
  const reserved = functions.reduce((sum, fn) => sum + (fn.reservedConcurrency ?? 0), 0)
  if (!Number.isInteger(concurrency) || concurrency <= reserved)
    throw new Error(
      `The concurrency of the account, ${concurrency}, has to be a whole number above what its functions reserve, ${reserved}.`,
    )
  const shared = new Places(concurrency - reserved)
  const own = new Map(
    functions.flatMap(({ arn, reservedConcurrency: count }) =>
      count === undefined ? [] : [[arn, new Places(count)] as const],
    ),
  )
  return ({ arn }) => (own.get(arn) ?? shared).enter()
}

class Places {
  #free: number

  constructor(count: number) {
    this.#free = count
  }

  enter(): (() => void) | undefined {
    if (this.#free === 0) return undefined
    this.#free--
    return () => void this.#free++
  }
}

/** What the caller of a synchronous invocation is told. */
export const THROTTLED: Outcome = {
  kind: 'failure',
  reason: 'throttled',
  error: { errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' },
}

export function isThrottled(outcome: Outcome): boolean {
  return outcome.kind === 'failure' && outcome.reason === 'throttled'
}
