/**
 * A handler never outlives its slot. A slot is kept until Lambda has stopped the invocation for certain; but if
 * something around the worker's handler ends the invocation earlier, Lambda freezes the process with all that still
 * runs in it and lets it go on with the next message, at a time at which its slots may be somebody else's. Such a
 * process is ended: its handlers are stopped, and its messages come again.
 */
import type { Context as LambdaContext } from 'aws-lambda'
import { STOPPED_BY_NOW_MS } from '../core/times.ts'
import type { Logger } from '../ports/logger.ts'

type InvocationContext = Pick<LambdaContext, 'awsRequestId' | 'getRemainingTimeInMillis'>

export interface GuardOptions {
  readonly logger: Pick<Logger, 'error'>
  /** Ends the process. */
  readonly exit: () => void
}

/** Knows which invocations of this process have not ended. */
export class InvocationGuard {
  readonly #options: GuardOptions
  readonly #unfinished = new Map<object, string>()

  constructor(options: GuardOptions) {
    this.#options = options
  }

  /** Does the work of an invocation, in a process where no earlier one is unfinished. */
  async run<T>(context: InvocationContext, work: () => Promise<T>): Promise<T> {
    const { awsRequestId } = context
    const earlier = [...this.#unfinished.values()].filter((requestId) => requestId !== awsRequestId)
    if (earlier.length > 0) return this.#end(earlier)
    const left_ms = context.getRemainingTimeInMillis() + STOPPED_BY_NOW_MS
    // What wraps the handler may take its time before it calls it again: the timer of a thawed process does not wait.
    const watchdog = setTimeout(() => this.#end([awsRequestId]), left_ms).unref()
    const key = {}
    this.#unfinished.set(key, awsRequestId)
    try {
      return await work()
    } finally {
      this.#unfinished.delete(key)
      clearTimeout(watchdog)
    }
  }

  /** Nothing comes after it. */
  #end(unfinished: readonly string[]): Promise<never> {
    this.#options.logger.error(
      'handlers of an earlier invocation still run, so the process ends: something around the handler that createWorker ' +
        'returned ends invocations before it does (a middleware with an early timeout, a race, a missing await). Let it ' +
        'wait for that handler; the messages come again',
      { unfinished },
    )
    this.#options.exit()
    return new Promise(() => {})
  }
}
