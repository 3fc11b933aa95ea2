/** Anybody may throw anything: what is written of it. */

/**
 * Never throws itself.
 * @param who has thrown it
 */
export function textOf(thrown: unknown, who: string): string {
  try {
    if (!(thrown instanceof Error)) return String(thrown)
    const why = thrown.cause instanceof Error ? ` (${thrown.cause.message})` : ''
    return `${thrown.name}: ${thrown.message}${why}`
  } catch {
    return `${who} threw something that cannot be written as text`
  }
}
