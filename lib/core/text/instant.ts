/** Instants, as numbers (epoch ms) and as the text that stands in a sort key. */

/** The last instant that ISO 8601 writes with a four-digit year, so that text order is time order. */
const MAX_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

export const isValidInstant = (time: number): boolean =>
  Number.isInteger(time) && time >= 0 && time <= MAX_INSTANT

/** Only the canonical spelling is accepted, since it alone sorts by time and can be written again from the number. */
export function parseInstant(text: string): number | undefined {
  const time = Date.parse(text)
  if (!isValidInstant(time)) return undefined
  return new Date(time).toISOString() === text ? time : undefined
}
