/** Sluice's public API. The construct is in `sluice/cdk`, `createWorker` in `sluice/worker`, and what staff does in `sluice/admin`. */
export type { Admin, AnyQueue, MoveOptions, RedriveOptions } from './api/admin.ts'
export type { AppRateOptions, AppRates } from './api/app-rates.ts'
export {
  type BatchContext,
  type BatchResults,
  type BatchTask,
  defineBatchTask,
} from './api/batch-task.ts'
export type { CancelNote, JobToCancel } from './api/cancel.ts'
export { type Client, createClient } from './api/client.ts'
export type { EndedJobs } from './api/ended-jobs.ts'
export type { Enqueued, EnqueueOptions } from './api/enqueue-options.ts'
export type { Insight } from './api/insight.ts'
export type { LimiterId, LimiterInfo, Limiters } from './api/limiters.ts'
export type { LimitsInput, LimitsNote } from './api/limits-input.ts'
export type { QueueLimitsOptions } from './api/queue-limits.ts'
export {
  type LimiterOf,
  type ResponseLike,
  RetryAfterError,
  type RetryAfterWhy,
  throwIfToRetryAfter,
} from './api/retry-after.ts'
export type {
  ScheduleAdmin,
  SchedulesList,
  SchedulesQuery,
  TaskNamed,
  UnscheduleOptions,
} from './api/schedule-admin.ts'
export type { RuleInfo, ScheduleInfo } from './api/schedule-info.ts'
export type { Scheduled, ScheduleSettings, Schedules } from './api/schedules.ts'
export type { SlowDownEnd, SlowDowns } from './api/slow-downs.ts'
export {
  defineTask,
  type JobInfo,
  type PayloadOf,
  type Task,
  type TaskContext,
  type TickInfo,
} from './api/task.ts'
export { throttleFromEnvironment } from './api/throttle-variables.ts'
export {
  BatchInterruptedError,
  type BatchResult,
  type BatchStats,
  SKIP,
  type ThrottledBatch,
  type ThrottledOptions,
  throttledBatch,
} from './api/throttled-batch.ts'
export type { ThrottleSettings } from './api/throttled-options.ts'
export type { ClientOptions } from './api/wiring.ts'
export {
  ConfigurationError,
  DamagedStateError,
  EnqueueIncompleteError,
  EnvironmentError,
  InvalidJobError,
  InvalidPayloadError,
  JobCancelledError,
  JobExistsError,
  SendIncompleteError,
  SluiceError,
} from './core/errors.ts'
export type { Debounce } from './core/job/collision.ts'
export type { DeadLetter, DeadReason } from './core/job/dead-letter.ts'
export type { EndedJob } from './core/job/ended-job.ts'
export type { Unique } from './core/job/lock.ts'
export { type AppRate, maxConcurrentFromAppSchema, maxConcurrentPerPartition } from './core/limits/derived.ts'
export type { SlowDown } from './core/limits/slow-down.ts'
export {
  type Config,
  type ConfigInput,
  defineConfig,
  type QueueConfig,
  type QueueInput,
} from './core/queue/config.ts'
export { QueueFullError } from './core/queue/full.ts'
export type { SchedulesInput } from './core/schedule/config-input.ts'
export type { DeclaredInput } from './core/schedule/declared-input.ts'
export type { CronInput, IntervalInput, OnceInput, RuleInput } from './core/schedule/rule-input.ts'
export type { ScheduleOptions } from './core/schedule/schedule.ts'
export {
  DeclaredScheduleError,
  InvalidScheduleError,
  NoScheduleError,
  ScheduleBusyError,
  ScheduleFiringError,
} from './core/schedule/schedule-errors.ts'
export type { ScheduleState } from './core/schedule/schedule-state.ts'
export type { Duration } from './core/text/duration.ts'
export type { LongestWait, WaitingFor } from './core/why/census.ts'
export type { LimiterRate } from './core/why/limiter-info.ts'
export type { Reason } from './core/why/reason.ts'
export type { SizesSeen, SizeUse } from './core/why/sizes.ts'
export type { LimitsSeen, PartitionStats, QueueStats, RateUse, ShardStats } from './core/why/stats.ts'
export type { ThrottleUse } from './core/why/throttle-use.ts'
export { waitText } from './core/why/wait-text.ts'
export type {
  AskedJob,
  Counted,
  JobWhy,
  LimiterWhy,
  PartitionWhy,
  QueueWhy,
  ShardWhy,
  Why,
} from './core/why/why.ts'
export { whyText } from './core/why/why-text.ts'
export type { Logger } from './ports/logger.ts'
export type { CancelResult } from './use-cases/operate/cancel-job.ts'
export type { MoveProgress, MoveResult, SkippedJob } from './use-cases/operate/move-jobs.ts'
export type { SeenPartition } from './use-cases/operate/partitions.ts'
export type { Recount } from './use-cases/operate/recount.ts'
export type { RedriveProgress, RedriveResult, SkippedLetter } from './use-cases/operate/redrive.ts'
export type { AppRateProgress, AppRateResult } from './use-cases/operate/set-app-rate.ts'
export type { StrandedShard } from './use-cases/operate/stranded-shards.ts'
