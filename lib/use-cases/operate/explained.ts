/** The holds of a decision, with what the items of its limiters say of them: for people. */
import { limiterKey } from '../../core/limits/queue-limiter.ts'
import type { Hold } from '../../core/pass/holds.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { type Reason, reasonOf, type Seen } from '../../core/why/reason.ts'
import type { Context } from '../context.ts'
import type { Capacity } from '../lending/capacity.ts'
import { readState } from '../read-state.ts'
import { holdersOf } from './units-holders.ts'

/** Of what a decision was made. */
interface Explaining extends Pick<Seen, 'state' | 'staying' | 'now'> {
  readonly capacity: Capacity
  readonly limiters: readonly Capacity[]
}

export async function explained(
  { store }: Pick<Context, 'store'>,
  { state, capacity, limiters, staying, now }: Explaining,
  holds: readonly Hold[],
): Promise<Reason[]> {
  const { owner, configured } = capacity
  const byName = <T>(of: (limiter: Capacity) => T) =>
    new Map(limiters.map((one) => [one.limiter?.name ?? '', of(one)]))
  const owners = byName((one) => one.owner)
  const holders = await holdersOf({ store }, owners, holds)
  const borrowed = byName((one) => one.chunk?.root ?? one.owner)
  const roots = new Map([...borrowed, ...(await stoppedRates({ store }, borrowed, holds))])
  const seen = { state, owner, limiters: roots, holders, configured, portion: capacity, staying, now }
  return holds.map((hold) => reasonOf(hold, seen))
}

/** The items of limiters of which nothing is borrowed that somebody has paused or slowed down: they say who. */
function stoppedRates(
  { store }: Pick<Context, 'store'>,
  known: ReadonlyMap<string, ShardState>,
  holds: readonly Hold[],
): Promise<(readonly [string, ShardState])[]> {
  const stopped = holds.flatMap((hold) => {
    const isStopped = hold.reason === 'slowed down' || (hold.reason === 'shared rate' && !hold.nextAt)
    return isStopped && hold.limiter && !known.has(hold.limiter) ? [hold.limiter] : []
  })
  return Promise.all(
    stopped.map(async (name) => {
      const key = limiterKey(name)
      return [name, await readState(store.states, key)] as const
    }),
  )
}
