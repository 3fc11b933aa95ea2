/** Anybody may throw anything: what is written of it. */

/** Never throws itself. */
export function textOf(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return String(thrown)
    const why = thrown.cause instanceof Error ? ` (${thrown.cause.message})` : ''
    return `${thrown.name}: ${thrown.message}${why}`
  } catch {
    return 'something was thrown that cannot be written as text'
  }
}
