/** What people have set for whole queues, at run time: it counts as part of the configuration, for whoever computes limits. */
import type { Config, QueueConfig } from './configured.ts'
import { isLimiting, type LimitsOfQueues } from './queue-limits.ts'
import { isQueuePaused, type QueuePauses } from './queue-pauses.ts'

export interface QueueSettings {
  readonly pauses: QueuePauses
  readonly limits: LimitsOfQueues
}

export const NO_SETTINGS: QueueSettings = { pauses: new Map(), limits: new Map() }

/** The configuration as it is in force: the very same one if nothing is set for any of its queues. */
export function withSettings(config: Config, { pauses, limits }: QueueSettings): Config {
  const changed = Object.values(config.queues).flatMap((queue): [string, QueueConfig][] => {
    const pause = pauses.get(queue.name)
    const set = limits.get(queue.name)
    const change = {
      ...(isQueuePaused(pause) ? { queuePaused: pause } : {}),
      ...(set && isLimiting(set) ? { queueLimits: set } : {}),
    }
    return Object.keys(change).length > 0 ? [[queue.name, { ...queue, ...change }]] : []
  })
  if (changed.length === 0) return config
  return { ...config, queues: { ...config.queues, ...Object.fromEntries(changed) } }
}
