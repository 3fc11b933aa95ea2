/** What is counted for the alarms. Silence is never an answer: what is not counted is logged as well. */
export type MetricName =
  /** A shard could not be visited or woken: others went on, and it is tried again. */
  | 'ShardFailures'
  /** A sweep came to its end. Their absence is what an alarm can see when everything fails. */
  | 'Sweeps'
  /** Shards whose jobs no function can run: their queue, or its partition rule, is not in the configuration. */
  | 'StrandedShards'
  /** Jobs that were not started in time. No alarm counts them: that some expire may be what their owner wants. */
  | 'ExpiredJobs'
  /**
   * State items and overrides that make no sense: their shards stand still until somebody mends them. And queues whose number
   * counts jobs that are not there.
   */
  | 'DamagedShards'
  /** Schedules that make no sense: they fire no more until somebody schedules them anew, or mends their items. */
  | 'SetAsideSchedules'
  /** Schedules that could not be fired: others went on, and they are tried again; or ticks that may have been lost, as their owner wants it. */
  | 'ScheduleFailures'

export interface Metrics {
  /** Adds to a metric of this invocation. */
  count(name: MetricName, value: number): void
}
