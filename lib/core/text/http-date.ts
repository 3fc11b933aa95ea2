/**
 * Dates as services write them in headers. `Date.parse` alone makes a year of whatever number it finds: "retry in 5" would be
 * long past.
 */

const DAY = String.raw`(?:[a-z]{3,9},?\s+)?`
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)'
const TIME = String.raw`\d\d:\d\d:\d\d`
const ZONE = String.raw`(?:gmt|utc|[+-]\d\d:?\d\d)`

/** What HTTP writes, with the oldest of its three forms last, which has no zone and means that of HTTP; and ISO 8601. */
const WITH_ZONE = new RegExp(String.raw`^${DAY}\d\d?[ -]${MONTH}[ -](?:\d\d|\d{4}) ${TIME} ${ZONE}$`, 'i')
const WITHOUT_ZONE = new RegExp(String.raw`^[a-z]{3} ${MONTH} [ \d]\d ${TIME} \d{4}$`, 'i')
const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/i

/** Epoch ms; `undefined` for what is no date of HTTP, and no ISO date with its zone. */
export function parseHttpDate(text: string): number | undefined {
  const written = text.trim()
  if (WITH_ZONE.test(written) || ISO.test(written)) return validTime(written)
  return WITHOUT_ZONE.test(written) ? validTime(`${written} GMT`) : undefined
}

function validTime(date: string): number | undefined {
  const time = Date.parse(date)
  return Number.isFinite(time) ? time : undefined
}
