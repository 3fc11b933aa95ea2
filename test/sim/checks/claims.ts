/** Reading the effect of a pass. */
import type { Effect } from '../world/events.ts'

type PassEffect = Extract<Effect, { op: 'pass' }>

/** A write that was sent twice finds itself in the item: it is no second write. */
export const isSecondCopy = ({ change, before }: PassEffect): boolean =>
  Object.entries(change.take).some(([id, { token }]) => before?.slots[id]?.token === token)

export const isWritten = (effect: Effect): effect is PassEffect & { outcome: { kind: 'written' } } =>
  effect.op === 'pass' && effect.outcome.kind === 'written' && !isSecondCopy(effect)
