/** DynamoDB orders texts by their UTF-8 bytes: as JavaScript does, but for the halves of characters beyond U+FFFF. */
export function byBytes(a: string, b: string): number {
  for (let n = 0; n < a.length && n < b.length; n++) {
    const [one, other] = [a.charCodeAt(n), b.charCodeAt(n)]
    if (one !== other) return rankOf(one) - rankOf(other)
  }
  return a.length - b.length
}

const isHalf = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

const rankOf = (unit: number): number => (isHalf(unit) ? unit + 0x10000 : unit)
