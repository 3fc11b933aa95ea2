/** For those who look after a running stack: `sluice/admin`. The client for those who put jobs is in `sluice`. */
export type { Admin, AnyQueue, MoveOptions, RedriveOptions } from './api/admin.ts'
export type { AppRateOptions, AppRates } from './api/app-rates.ts'
export type { CancelNote, JobToCancel } from './api/cancel.ts'
export { type AdminClient, createAdmin } from './api/create-admin.ts'
export type { EndedJobs } from './api/ended-jobs.ts'
export type { Insight } from './api/insight.ts'
export type { LimiterId, LimiterInfo, Limiters } from './api/limiters.ts'
export type { LimitsInput, LimitsNote } from './api/limits-input.ts'
export type { MaxQueueSizes } from './api/max-queue-size.ts'
export type { PausedQueue, Pauses, PauseTarget, ResumeOptions } from './api/pauses.ts'
export type { LimitedQueue, LimitedQueues, QueueLimitsOptions } from './api/queue-limits.ts'
export type {
  ScheduleAdmin,
  SchedulesList,
  SchedulesQuery,
  TaskNamed,
  UnscheduleOptions,
} from './api/schedule-admin.ts'
export type { RuleInfo, ScheduleInfo } from './api/schedule-info.ts'
export type { SlowDownEnd, SlowDowns } from './api/slow-downs.ts'
export type { ClientOptions } from './api/wiring.ts'
export type { EndedJob } from './core/job/ended-job.ts'
export { waitText } from './core/why/wait-text.ts'
export { whyText } from './core/why/why-text.ts'
export type { Logger } from './ports/logger.ts'
