/** Several listeners as one. */
import type { Events } from '../../ports/events.ts'

/** Each of them hears of every event, in this order. */
export const eventsToAll = (...listeners: readonly Events[]): Events => ({
  emit: (event) => {
    for (const listener of listeners) listener.emit(event)
  },
})
