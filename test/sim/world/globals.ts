/**
 * Libraries under the use cases (p-retry, AbortSignal) reach for the machine's timers and randomness. For the time of
 * a run these are the world's, so that nothing depends on the machine.
 */
import type { SimRandom } from './random.ts'
import type { Scheduler, Timer } from './scheduler.ts'

export function installGlobals(scheduler: Scheduler, random: SimRandom): () => void {
  const real = { setTimeout, clearTimeout, random: Math.random, now: Date.now, timeout: AbortSignal.timeout }
  const later = (run: (...args: unknown[]) => void, delay_ms = 0, ...args: unknown[]) =>
    scheduler.after(delay_ms, () => run(...args))
  const forget = (timer: Timer | undefined) => {
    if (timer) timer.cancelled = true
  }
  Object.assign(globalThis, { setTimeout: later, clearTimeout: forget })
  Math.random = () => random.number()
  Date.now = () => scheduler.now
  AbortSignal.timeout = (delay_ms) => {
    const controller = new AbortController()
    scheduler.after(delay_ms, () => controller.abort(new DOMException('timeout', 'TimeoutError')))
    return controller.signal
  }
  return () => {
    globalThis.setTimeout = real.setTimeout
    globalThis.clearTimeout = real.clearTimeout
    Math.random = real.random
    Date.now = real.now
    AbortSignal.timeout = real.timeout
  }
}
