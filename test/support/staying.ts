import type { PassInput } from '../../lib/core/pass/decide.ts'
import { slotEntries } from '../../lib/core/shard/state.ts'

/** What stays in flight: neither recovered nor given back. Written down anew, not taken from the code. */
export const staying = ({ state, recovered, released }: PassInput) =>
  slotEntries(state.slots).filter(
    ([id, slot]) => !recovered.has(id) && !(released && released.id === id && released.token === slot.token),
  )
