/** A part of what takes long, so that several runs share it out. */

/**
 * @param part such as `2/4`: each fourth, from the second on
 * @throws if it is none
 */
export function partOf<One>(all: readonly One[], part: string): One[] {
  const [which = 0, parts = 0] = part.split('/').map(Number)
  if (!(Number.isInteger(which) && Number.isInteger(parts) && which >= 1 && which <= parts))
    throw new Error(`--part ${part}: say 2/4 for the second of four`)
  return all.filter((_, index) => index % parts === which - 1)
}
