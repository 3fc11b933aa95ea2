/** What the limits rest on: who runs holds a slot all the while, and nobody frees a slot but its holder. */
import type { Check } from './check.ts'

export const runsHoldSlots: Check = {
  name: 'I1 a run holds its slot',
  after(event, { truth, tables, fail }) {
    if (event.kind !== 'effect' || (event.effect.op !== 'pass' && event.effect.op !== 'release')) return
    const { shard } = event.effect
    const slots = tables.states.get(shard)?.slots ?? {}
    for (const { pk, id, sk } of truth.running)
      if (pk === shard && !(id in slots)) fail(`${pk} ${sk} runs and has lost its slot`)
  },
}

export const ownSlotsFreed: Check = {
  name: 'I5 only the holder frees',
  after(event, { fail }) {
    if (event.kind !== 'effect' || event.effect.op !== 'release') return
    const { shard, before, holder, outcome } = event.effect
    if (outcome.kind === 'released' && before?.slots[holder.id]?.token !== holder.token)
      fail(`${shard}: the slot of ${holder.id} is freed by somebody who does not hold it`)
  },
}
