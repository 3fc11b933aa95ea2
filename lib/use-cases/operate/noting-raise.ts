/** Whether a change of what is set raises a rate: then those that wait for a start are woken. */
import type { Limits } from '../../core/limits/limits.ts'
import { mayStartMore } from '../../core/queue/queue-limits.ts'
import type { Amendment } from './amend.ts'

interface NotedChange {
  readonly change: Amendment
  /** In any of its tries: a false yes costs a scan. */
  isRaised(): boolean
}

/** The same change, which notes that as it is made. */
export function notingRaise(configured: Pick<Limits, 'rateLimit'>, change: Amendment): NotedChange {
  let isRaised = false
  return {
    change: (override) => {
      const after = change(override)
      isRaised ||= mayStartMore(configured, override ?? {}, after ?? {})
      return after
    },
    isRaised: () => isRaised,
  }
}
