/** Which items of a shard a query reads. */
import { BEHIND_SORT_KEYS } from '../../core/keys.ts'
import type { RangeQuery } from '../../ports/store.ts'
import { toItem } from './item.ts'

/** `BETWEEN` includes its ends: the greatest key that is less than this one. */
const justBefore = (key: string): string =>
  `${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(key.length - 1) - 1)}\u{10ffff}`

export const keysOf = ({ shard, from, before }: Omit<RangeQuery, 'limit'>) => ({
  KeyConditionExpression: 'pk = :shard AND sk BETWEEN :from AND :end',
  ExpressionAttributeValues: toItem({
    ':shard': shard,
    ':from': from,
    ':end': before === undefined ? BEHIND_SORT_KEYS : justBefore(before),
  }),
})
