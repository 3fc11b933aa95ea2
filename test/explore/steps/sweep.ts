/** The product's sweep, when nothing else moves: nobody can come between its reads, so it is one step. */
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import { SWEEP_EVERY_MS } from '../../../lib/core/times.ts'
import type { DelayedFire, DelayedWake } from '../../../lib/ports/queues.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { type State, tablesCopy } from '../state/state.ts'
import type { World } from '../world.ts'
import { carryOutRequest } from './effects.ts'

export async function sweepOnce({ config }: World, state: State): Promise<void> {
  state.sweepsLeft--
  state.now += SWEEP_EVERY_MS
  const sent: (DelayedWake | DelayedFire)[] = []
  await sweep({
    config,
    store: memoryStore(tablesCopy(state.tables)),
    wake: { send: async (wakes) => void sent.push(...wakes) },
    clock: { now: () => state.now, sleep: async () => {} },
    events: { emit: () => {} },
  })
  await carryOutRequest(state, 'wake.send', JSON.stringify([sent]))
}
