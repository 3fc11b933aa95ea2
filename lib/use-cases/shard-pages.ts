/** The items of a shard, whatever they are, page by page and in their order. */
import type { RawItem } from '../core/job/job.ts'
import { FIRST_SORT_KEY, firstKeyBehind, type ShardKey } from '../core/keys.ts'
import type { Context } from './context.ts'

export interface ShardPage {
  readonly items: readonly RawItem[]
  readonly more: boolean
}

/** @param limit how many items a page has at the most */
export async function* shardPages(
  { store }: Pick<Context, 'store'>,
  shard: ShardKey,
  limit: number,
): AsyncGenerator<ShardPage, void, undefined> {
  let from: string = FIRST_SORT_KEY
  while (true) {
    const { items, more } = await store.jobs.range({ shard, from, limit })
    const last = more ? items.at(-1) : undefined
    yield { items, more: last !== undefined }
    if (!last) return
    from = firstKeyBehind(last.sk)
  }
}
