/** Foreign text in messages of ours: nobody's name may break a log line or fill it. */

/** A message that foreign names are part of stays on one line. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')

/** Foreign text in a message: short, and on one line. */
export const clip = (text: string, length = 80): string =>
  oneLine(JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text).slice(1, -1))

/** The same for what a caller gave, whatever it is. */
export const clipValue = (value: unknown): string =>
  typeof value === 'object' && value !== null && !(value instanceof Date) ? 'an object' : clip(String(value))
