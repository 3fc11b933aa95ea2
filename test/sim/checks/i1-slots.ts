/** What the limits rest on: who runs holds a slot all the while, and nobody frees a slot but its holder. */
import type { Slot } from '../../../lib/core/shard/state.ts'
import type { Effect } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { flightsIn } from './flights.ts'

export const attemptsHoldSlots: Check = {
  name: 'I1 an attempt holds its slot',
  after(event, { truth, tables, fail }) {
    if (event.kind !== 'effect' || (event.effect.op !== 'pass' && event.effect.op !== 'release')) return
    const { shard } = event.effect
    const flying = new Set(flightsIn(tables.states.get(shard)?.slots).map(({ id }) => id))
    for (const { pk, id, sk } of truth.running)
      if (pk === shard && !flying.has(id)) fail(`${pk} ${sk} runs and has lost its slot`)
  },
}

/** An attempt's slot is freed by the invocation that makes it, or once that is over; a claim's by nobody. */
export const ownSlotsFreed = (): Check => {
  const holders = new Map<string, Invocation>()
  return {
    name: 'I5 only the holder frees',
    after(event, { fail }) {
      if (event.kind !== 'effect') return
      const { effect, by } = event
      if (effect.op === 'start' && effect.outcome.kind === 'started') holders.set(effect.attempt.token, by)
      const freed = freedBy(effect)
      for (const [id, slot] of freed) {
        const holder = holders.get(slot.token)
        if (!holder || (holder !== by && holder.alive))
          fail(`the slot of ${id} is freed by ${by.fn}#${by.id}, who does not hold it`)
      }
      if (!isWritten(effect)) return
      for (const slot of Object.values(effect.change.take))
        if ('deadline' in slot) holders.set(slot.token, by)
    },
  }
}

/** The slots that stood before and that the effect has freed. */
function freedBy(effect: Effect): [string, Slot][] {
  const ids =
    effect.op === 'release' && effect.outcome.kind === 'released'
      ? [effect.holder.id]
      : isWritten(effect)
        ? effect.change.drop
        : []
  const slots = (effect.op === 'release' || effect.op === 'pass' ? effect.before?.slots : undefined) ?? {}
  return ids.flatMap((id): [string, Slot][] =>
    Object.hasOwn(slots, id) && slots[id] ? [[id, slots[id]]] : [],
  )
}
