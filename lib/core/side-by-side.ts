/** Does something for every item, for at most `limit` of them at the same time. */
export async function forEachSideBySide<T>(
  items: readonly T[],
  limit: number,
  action: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = items.values()
  const lane = async () => {
    for (const item of waiting) await action(item)
  }
  await Promise.all(Array.from({ length: limit }, lane))
}
