/** State items as an index or a scan shows them: each as it is, or as it was. */
import type { ShardState } from '../../../lib/core/shard/state.ts'
import type { Glances } from '../../../lib/ports/store.ts'
import type { StoreWorld } from './store.ts'

type Seen = Pick<StoreWorld, 'tables' | 'previous' | 'faults'>

function* visible({ tables, previous, faults }: Seen): Generator<ShardState> {
  for (const [shard, state] of tables.states) {
    const shown = faults.strikes('staleRead') ? previous.get(shard) : state
    if (shown) yield structuredClone(shown)
  }
}

export function stale<Page extends Glances>({ previous, faults }: StoreWorld, page: Page): Page {
  const shown = page.states.map((state) => (faults.strikes('staleRead') ? previous.get(state.shard) : state))
  return { ...page, states: structuredClone(shown.filter((state) => state !== undefined)) }
}

export const dueOf = (world: Seen, group: string, until: number) =>
  [...visible(world)].flatMap(({ shard, dueShard, dueAt }) =>
    dueShard === group && dueAt !== undefined && dueAt <= until ? [{ shard, dueAt }] : [],
  )
