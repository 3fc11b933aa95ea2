/** Who has the units of limiters that hold jobs back, and which of them gives some up first: for people. */
import type { ShardKey } from '../../core/keys.ts'
import { isChunkName } from '../../core/limits/chunk-name.ts'
import { outstanding } from '../../core/limits/limiter.ts'
import type { Hold } from '../../core/pass/holds.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { firstToReturn, type UnitsHolder } from '../../core/why/reason.ts'
import type { Context } from '../context.ts'

/** Of limiters with more borrowers some are looked at: one call reads so many items. */
const MOST_LOOKED_AT = 100

/** Of each limiter that has lent all it has: the job that gives its units back first. One eventually consistent read each. */
export async function holdersOf(
  { store }: Pick<Context, 'store'>,
  owners: ReadonlyMap<string, ShardState>,
  holds: readonly Hold[],
): Promise<ReadonlyMap<string, UnitsHolder>> {
  const names = holds.flatMap((hold) => (hold.reason === 'limiter' && hold.units > 0 ? [hold.limiter] : []))
  const found = await Promise.all(
    names.map(async (name) => {
      const first = await firstHolder({ store }, owners.get(name))
      return first ? [[name, first] as const] : []
    }),
  )
  return new Map(found.flat())
}

async function firstHolder(
  { store }: Pick<Context, 'store'>,
  owner: ShardState | undefined,
): Promise<UnitsHolder | undefined> {
  const loans = Object.entries(owner?.books?.slots.loans ?? {})
  const borrowers = loans
    .filter(([name, loan]) => !isChunkName(name) && outstanding(loan) > 0)
    .map(([shard]) => shard as ShardKey)
  if (borrowers.length === 0) return undefined
  const { states } = await store.states.glance(borrowers.slice(0, MOST_LOOKED_AT))
  return firstToReturn(states)
}
