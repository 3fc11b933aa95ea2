/** The few figures that runs are reduced to. */

/** The smallest value that a share of `part` of all values does not exceed (nearest rank). */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const found = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]
  if (found === undefined) throw new Error('there is no quantile of nothing: nothing was measured')
  return found
}

export interface Span {
  readonly from: number
  /** Infinite if it has not ended. */
  readonly until: number
}

/** Which share of `places` was taken within a window, by spans that take one each. */
export function busyShare(spans: readonly Span[], places: number, window: Span): number {
  const taken_ms = spans.reduce((sum, span) => sum + overlap(span, window), 0)
  return taken_ms / (places * (window.until - window.from))
}

const overlap = (one: Span, other: Span): number =>
  Math.max(0, Math.min(one.until, other.until) - Math.max(one.from, other.from))

/**
 * Which share of a rate was used: how long as many starts take if no moment is lost, by how long they took. From a start
 * to the start that is so many whole periods later, so that it does not matter where in a period a window begins.
 */
export function rateUse(starts: readonly number[], allowed: number, period_ms: number): number {
  const sorted = starts.toSorted((a, b) => a - b)
  const periods = Math.floor((sorted.length - 1) / allowed)
  const [first, last] = [sorted[0], sorted[periods * allowed]]
  if (first === undefined || last === undefined || periods < 1)
    throw new Error(`${starts.length} starts are less than a period of ${allowed}: nothing was measured`)
  return (periods * period_ms) / (last - first)
}

/** How long something has been the case, up to each moment: a stop-watch that is read instead of a list of spans. */
export class StopWatch {
  #total_ms = 0
  #since: number | undefined

  set(isCase: boolean, now: number): void {
    this.#total_ms = this.read(now)
    this.#since = isCase ? now : undefined
  }

  read(now: number): number {
    return this.#total_ms + (this.#since === undefined ? 0 : now - this.#since)
  }
}
