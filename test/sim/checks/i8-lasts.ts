/** I8: an override lasts until somebody changes it; the item that it stands in does not expire. */
import type { Check } from './check.ts'

export const overrideLasts: Check = {
  name: 'I8 an override lasts',
  after(event, { fail }) {
    if (event.kind === 'expired' && event.state.override)
      fail(`${event.state.shard} has expired, and ${JSON.stringify(event.state.override)} with it`)
  },
}
