/** Of several times, some of which may not be known, the first. */

/** @returns epoch ms, or `undefined` if none is known */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}
