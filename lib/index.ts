/** Sluice's public API. The construct is in `sluice/cdk`, and `createWorker` in `sluice/worker`. */
export type { Admin, AnyQueue, MoveOptions, RedriveOptions } from './api/admin.ts'
export { type Client, createClient, type Enqueued, type EnqueueOptions } from './api/client.ts'
export type { LimitsInput } from './api/limits-input.ts'
export { defineTask, type JobInfo, type PayloadOf, type Task, type TaskContext } from './api/task.ts'
export type { ClientOptions } from './api/wiring.ts'
export {
  type Config,
  type ConfigInput,
  defineConfig,
  type QueueConfig,
  type QueueInput,
} from './core/config.ts'
export type { DeadLetter, DeadReason } from './core/dead-letter.ts'
export type { Duration } from './core/duration.ts'
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
export type { MoveProgress, MoveResult, SkippedJob } from './use-cases/move-jobs.ts'
export type { RedriveProgress, RedriveResult, SkippedLetter } from './use-cases/redrive.ts'
export type { StrandedShard } from './use-cases/stranded-shards.ts'
