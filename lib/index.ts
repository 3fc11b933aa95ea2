/** Sluice's public API. The construct is in `sluice/cdk`, and `createWorker` in `sluice/worker`. */
export type { Admin, AnyQueue, MoveOptions, RedriveOptions } from './api/admin.ts'
export { type Client, createClient, type Enqueued, type EnqueueOptions } from './api/client.ts'
export type { LimitsInput, LimitsNote } from './api/limits-input.ts'
export { type ResponseLike, RetryAfterError, throwIfToRetryAfter } from './api/retry-after.ts'
export { defineTask, type JobInfo, type PayloadOf, type Task, type TaskContext } from './api/task.ts'
export {
  BatchInterruptedError,
  type BatchResult,
  type BatchStats,
  SKIP,
  type ThrottledBatch,
  type ThrottledOptions,
  throttledBatch,
} from './api/throttled-batch.ts'
export { type ThrottleSettings, throttleFromEnvironment } from './api/throttled-options.ts'
export type { ClientOptions } from './api/wiring.ts'
export {
  ConfigurationError,
  DamagedStateError,
  EnqueueIncompleteError,
  EnvironmentError,
  InvalidJobError,
  InvalidPayloadError,
  JobExistsError,
  SendIncompleteError,
  SluiceError,
} from './core/errors.ts'
export type { DeadLetter, DeadReason } from './core/job/dead-letter.ts'
export type { SlowDown } from './core/limits/slow-down.ts'
export {
  type Config,
  type ConfigInput,
  defineConfig,
  type QueueConfig,
  type QueueInput,
} from './core/queue/config.ts'
export type { Duration } from './core/text/duration.ts'
export type { MoveProgress, MoveResult, SkippedJob } from './use-cases/operate/move-jobs.ts'
export type { RedriveProgress, RedriveResult, SkippedLetter } from './use-cases/operate/redrive.ts'
export type { StrandedShard } from './use-cases/operate/stranded-shards.ts'
