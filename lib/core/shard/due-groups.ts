/** The due index lists the shards that time alone will wake, in a few groups so that none of them gets hot. */

import type { ShardKey } from '../keys.ts'
import { stableHash } from '../text/hash.ts'

/** What the index of the State table is called. */
export const DUE_INDEX = 'due'

export const DUE_GROUPS: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7']

export const dueGroupOf = (shard: ShardKey): string => String(stableHash(shard) % DUE_GROUPS.length)
