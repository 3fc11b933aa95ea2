/** The next few of a listing that is read as it is needed. */
export async function take<T>(
  listing: AsyncGenerator<T>,
  count: number,
  where: (one: T) => boolean = () => true,
): Promise<T[]> {
  const taken: T[] = []
  while (taken.length < count) {
    const next = await listing.next()
    if (next.done) break
    if (where(next.value)) taken.push(next.value)
  }
  return taken
}
