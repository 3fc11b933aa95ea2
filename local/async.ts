/** Waiting that an abort ends. */
import { setTimeout as timer } from 'node:timers/promises'

/** Sleeps, but not past an abort: then it just returns, and the caller's loop sees the signal. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await timer(ms, undefined, signal ? { signal } : {}).catch(() => {})
}

/** 50 ms, 100 ms, … up to two seconds. */
export function backoff_ms(attempt: number): number {
  return Math.min(2000, 50 * 2 ** Math.min(attempt, 10))
}

/** Tries until it works or the signal says stop; returns undefined when stopped. */
export async function persist<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  isHopeless: (error: unknown) => boolean = () => false,
): Promise<T | undefined> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (isHopeless(error)) throw error
      await sleep(backoff_ms(attempt), signal)
    }
  }
  return undefined
}

/** Resolves when the work does, or after the time, whichever is first. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController()
  await Promise.race([work.catch(() => {}), sleep(ms, enough.signal)])
  enough.abort()
}
