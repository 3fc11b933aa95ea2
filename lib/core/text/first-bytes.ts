/** Text for an attribute of a bounded size. */

/** Text that is too long keeps its beginning, to a whole character. */
export function firstBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text.toWellFormed()
  return Buffer.from(text)
    .subarray(0, most)
    .toString()
    .replace(/\ufffd+$/, '')
}
