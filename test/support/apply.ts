import type { PassChange } from '../../lib/core/pass/decide.ts'
import type { ShardState, Slot } from '../../lib/core/shard/state.ts'

/** The state that a pass leaves, by the words of `PassChange` alone. */
export function applied(state: ShardState, change: PassChange): ShardState {
  const { dueAt: _dueAt, dueShard: _dueShard, waitingAmid: _waitingAmid, held: _held, ...rest } = state
  const slots: Record<string, Slot> = { ...state.slots }
  for (const id of change.drop) delete slots[id]
  for (const { id } of change.resend) {
    const slot = slots[id]
    if (slot) slots[id] = { ...slot, sentAt: change.sentAt } as Slot
  }
  Object.assign(slots, change.take)
  const window: Record<string, number> = { ...state.window }
  for (const bucket of change.forget) delete window[bucket]
  if (change.start !== undefined) window[change.start] = (window[change.start] ?? 0) + 1
  return {
    ...rest,
    slots,
    window,
    waiting: change.waiting,
    ...(change.waitingAmid ? { waitingAmid: true } : {}),
    ...(change.held.length > 0 ? { held: change.held } : {}),
    ...(change.dueAt === undefined ? {} : { dueAt: change.dueAt }),
  }
}
