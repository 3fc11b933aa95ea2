/** Sluice's public API. The construct is in `sluice/cdk`. */
export {
  type Client,
  type ClientOptions,
  createClient,
  type Enqueued,
  type EnqueueOptions,
} from './api/client.ts'
export type { LimitsInput } from './api/limits-input.ts'
export { defineTask, type JobInfo, type PayloadOf, type Task, type TaskContext } from './api/task.ts'
export { createWorker } from './api/worker.ts'
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
  SendIncompleteError,
  SluiceError,
} from './core/errors.ts'
