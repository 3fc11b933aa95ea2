/** Events as counts for the alarms. Most count nothing. */
import type { EventKind, SluiceEvent } from '../../core/event.ts'
import type { Events } from '../../ports/events.ts'
import type { MetricName, Metrics } from '../../ports/metrics.ts'

type Counts = Partial<Readonly<Record<MetricName, number>>>

/** What is 0 is not counted: a metric without data is one without trouble. */
export const eventsToMetrics = (metrics: Metrics): Events => ({
  emit: (event) => {
    for (const [name, count] of Object.entries(countsOf(event)))
      if (count > 0) metrics.count(name as MetricName, count)
  },
})

const countsOf = <Kind extends EventKind>(event: SluiceEvent<Kind>): Counts =>
  COUNTS[event.kind]?.(event) ?? {}

const COUNTS: { readonly [Kind in EventKind]?: (event: SluiceEvent<Kind>) => Counts } = {
  'arrival failed': () => ({ ShardFailures: 1 }),
  'wake-up failed': () => ({ ShardFailures: 1 }),
  'wake-ups not sent': ({ shards }) => ({ ShardFailures: shards.length }),
  'shard damaged': () => ({ DamagedShards: 1 }),
  'override makes no sense': () => ({ DamagedShards: 1 }),
  'job ended': ({ ending }) => ({
    ExpiredJobs: ending.kind === 'dead' && ending.reason === 'expired' ? 1 : 0,
  }),
  'declared schedule refused': () => ({ SetAsideSchedules: 1 }),
  'schedule refused': () => ({ SetAsideSchedules: 1 }),
  'schedule set aside': () => ({ SetAsideSchedules: 1 }),
  'schedule damaged': () => ({ SetAsideSchedules: 1 }),
  'partitions damaged': () => ({ ScheduleFailures: 1 }),
  'tick not certain': () => ({ ScheduleFailures: 1 }),
  'schedule not fired': () => ({ ScheduleFailures: 1 }),
  'schedules not fired': () => ({ ScheduleFailures: 1 }),
  'firings not sent': ({ fires }) => ({ ScheduleFailures: fires.length }),
  'size too large': () => ({ DamagedShards: 1 }),
  'shards stranded': ({ count }) => ({ StrandedShards: count }),
  // If every part has failed the sweep did not come to its end, and an alarm misses it.
  swept: ({ failed, parts, damaged }) => ({
    ShardFailures: failed.length,
    Sweeps: failed.length < parts ? 1 : 0,
    DamagedShards: damaged,
  }),
}
