/** A throttle within one process: when the next call may start, and what came of those that have ended. */
import {
  type AdaptiveRule,
  type AdaptiveState,
  AT_EASE,
  afterOutcomes,
  type Counted,
  SMALLEST_INTERVAL_MS,
  stretchAt,
} from '../core/limits/adaptive.ts'
import { boundedUntil } from '../core/limits/slow-down.ts'

export interface Pace {
  readonly interval_ms: number
  readonly adaptive: AdaptiveRule | undefined
}

/** After this it is looked again, for the interval may have become shorter. */
const LONGEST_SLEEP_MS = 1000

export class Throttle {
  readonly #pace: Pace
  #adaptive: AdaptiveState = AT_EASE
  #lastStart = Number.NEGATIVE_INFINITY
  #slowedUntil = Number.NEGATIVE_INFINITY
  /** The starts, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(pace: Pace) {
    this.#pace = pace
  }

  /** The shortest time between two starts, as things stand. */
  interval(at: number): number {
    const { interval_ms, adaptive } = this.#pace
    const stretch = adaptive ? stretchAt(this.#adaptive, adaptive, at) : 1
    return stretch > 1 ? Math.max(interval_ms, SMALLEST_INTERVAL_MS) * stretch : interval_ms
  }

  #nextStart = (at: number): number => Math.max(this.#lastStart + this.interval(at), this.#slowedUntil)

  /** Waits for its turn, and takes it; false if `isOver` before that. */
  start(isOver: () => boolean, signal: AbortSignal | undefined): Promise<boolean> {
    const turn = this.#turn.then(async () => {
      while (!isOver()) {
        const wait_ms = this.#nextStart(now()) - now()
        if (wait_ms <= 0) {
          this.#lastStart = now()
          return true
        }
        await sleep(Math.min(LONGEST_SLEEP_MS, Math.ceil(wait_ms)), signal)
      }
      return false
    })
    this.#turn = turn
    return turn
  }

  ended(outcome: Counted): void {
    const { adaptive } = this.#pace
    if (adaptive) this.#adaptive = afterOutcomes(this.#adaptive, [outcome], adaptive, now())
  }

  slowDown(until: number): void {
    this.#slowedUntil = Math.max(this.#slowedUntil, boundedUntil(until, now()))
  }
}

/** Epoch ms of a clock that nobody sets. */
export const now = (): number => performance.timeOrigin + performance.now()

function sleep(delay_ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, delay_ms)
    signal?.addEventListener('abort', wake)
  })
}
