/** A call that must not take long, however often the SDK would try it again. */

/** Rejects when the time is over: between two tries the SDK listens to no signal. What it has sent may arrive all the same. */
export function within<T>(time_ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(time_ms)
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([call(signal), over])
}
