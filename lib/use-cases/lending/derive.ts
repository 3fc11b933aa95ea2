/**
 * The number that an app's rate gives a partition, written into its plain shard before anything is claimed by it. From then
 * on it is read with that item, and costs nothing.
 *
 * Whoever sets an app's rate writes the rate first, and then goes through all items that there are. So a partition's item has
 * to stand *before* the rate is read: either that walk finds it, and its write makes this one lose, or the rate that is read
 * here is the new one. If the function dies in between, the item has no number, and the next pass begins anew.
 */
import { derivedLimit, isDerivedHere } from '../../core/limits/app-rate.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { keptUntil } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'

/** Also true if the configuration has changed since the number was computed. */
export const lacksDerived = ({ derivation }: Limits, { derived }: Pick<ShardState, 'derived'>): boolean =>
  derivation !== undefined && !isDerivedHere(derivation, derived)

/** The plain shard's item as it will be when a pass has come: for whoever only looks. */
export async function withDerived(
  { store }: Pick<Context, 'store'>,
  limits: Limits,
  owner: ShardState,
): Promise<ShardState> {
  const { derivation } = limits
  if (!derivation || !lacksDerived(limits, owner)) return owner
  return { ...owner, derived: derivedLimit(derivation, await store.states.appRecord(derivation.app)) }
}

/** Afterwards, whatever came of it, the items have to be read again. */
export async function keepDerived(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  { derivation }: Limits,
  owner: ShardState,
): Promise<void> {
  if (!derivation) return
  const { states } = store
  const expiresAt = keptUntil(clock.now())
  const standing = owner.version === undefined ? await states.derive(owner, undefined, expiresAt) : owner
  if (!standing) return
  const record = await states.appRecord(derivation.app)
  await states.derive(standing, derivedLimit(derivation, record), expiresAt)
}
