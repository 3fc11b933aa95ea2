/** Whether two values say the same. */

/** Of JSON: the order of keys does not matter, as it does not to DynamoDB. */
export function isDeepEqual(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return Object.is(one, other)
  const [left, right] = [Object.entries(one), Object.entries(other)]
  if (Array.isArray(one) !== Array.isArray(other) || left.length !== right.length) return false
  return left.every(
    ([key, value]) =>
      Object.hasOwn(other, key) && isDeepEqual(value, (other as Record<string, unknown>)[key]),
  )
}
