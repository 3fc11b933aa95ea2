/** The verbs of starts that a limiter grants, of shards that no function knows, and of a glance at many. */
import type { ShardKey } from '../../lib/core/keys.ts'
import type { GrantKey } from '../../lib/core/limits/grant.ts'
import type { ShardGlance, ShardState } from '../../lib/core/shard/state.ts'
import type { GrantWrite, Store } from '../../lib/ports/store.ts'

export type SharedOperation =
  | { readonly op: 'grantStarts'; readonly limiter: ShardState; readonly write: GrantWrite }
  | {
      readonly op: 'settleStart'
      readonly limiter: ShardKey
      readonly grant: GrantKey
      readonly bucket: string | undefined
    }
  | {
      readonly op: 'strand'
      readonly state: ShardState
      readonly since: number
      readonly expiresAt: number | undefined
    }
  | { readonly op: 'glance'; readonly shards: readonly ShardKey[] }

export function callShared({ states }: Store, operation: SharedOperation): Promise<unknown> {
  switch (operation.op) {
    case 'grantStarts':
      return states.grantStarts(operation.limiter, operation.write)
    case 'settleStart':
      return states.settleStart(operation.limiter, operation.grant, operation.bucket)
    case 'strand':
      return states.strand(operation.state, operation.since, operation.expiresAt)
    case 'glance':
      return states.glance(operation.shards).then(({ states: found, damaged }) => ({
        damaged,
        glances: found.toSorted((a, b) => (a.shard < b.shard ? -1 : 1)).map(asGlance),
      }))
  }
}

const asGlance = (state: ShardGlance): Partial<ShardGlance> =>
  Object.fromEntries(GLANCED.flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]]])))

/** Memory shows whole states. Whoever glances looks at these alone. */
const IN_A_GLANCE: Readonly<Record<keyof ShardGlance, true>> = {
  shard: true,
  slots: true,
  waiting: true,
  waitingAmid: true,
  held: true,
  dueAt: true,
  override: true,
  overrideProblem: true,
  slowed: true,
  derived: true,
  expiresAt: true,
  books: true,
  borrowed: true,
  borrowedFrom: true,
}
const GLANCED = Object.keys(IN_A_GLANCE) as (keyof ShardGlance)[]
