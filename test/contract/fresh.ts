/** Names that no other test uses, so that tests share an engine without seeing each other's items. */
import { randomUUID } from 'node:crypto'
import type { ShardKey } from '../../lib/core/keys.ts'
import { emptyState, type ShardState } from '../../lib/core/shard/state.ts'
import type { PassWrite, Store } from '../../lib/ports/store.ts'
import { change } from '../support/builders.ts'

export const freshShard = (suffix = ''): ShardKey => `crm|${randomUUID()}${suffix}` as ShardKey
export const freshQueue = (): string => `q${randomUUID()}`

/** The state after a pass that found the shard empty. */
export async function afterPass(
  store: Store,
  part: Partial<PassWrite> = {},
  before: ShardState = emptyState(freshShard()),
): Promise<ShardState> {
  const outcome = await store.states.pass(before, change(part))
  if (outcome.kind !== 'written') throw new Error('the pass was not written')
  return outcome.state
}
