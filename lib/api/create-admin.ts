/** What staff does with a running stack, in one object: it puts no jobs. */
import { type Admin, adminOf } from './admin.ts'
import { type AppRates, appRatesOf } from './app-rates.ts'
import { type Cancelling, cancelling } from './cancel.ts'
import { type EndedJobs, endedJobsOf } from './ended-jobs.ts'
import { type Insight, insightOf } from './insight.ts'
import { type LimiterId, type Limiters, limitersOf } from './limiters.ts'
import { type MaxQueueSizes, maxQueueSizesOf } from './max-queue-size.ts'
import { type Pauses, pausesOf } from './pauses.ts'
import { type LimitedQueues, limitedQueuesOf } from './queue-limits.ts'
import { type Recounting, recounting } from './recount.ts'
import { type ScheduleAdmin, scheduleAdminOf } from './schedule-admin.ts'
import { type SlowDowns, slowDownsOf } from './slow-downs.ts'
import { type ClientOptions, wiringOf } from './wiring.ts'

export interface AdminClient<
  QueueName extends string = string,
  AppName extends string = never,
  PoolName extends string = never,
  TagKey extends string = never,
> extends Admin<QueueName>,
    AppRates<AppName>,
    Cancelling<QueueName>,
    EndedJobs<QueueName>,
    Insight<QueueName, LimiterId<QueueName, PoolName, TagKey>>,
    LimitedQueues,
    Limiters<LimiterId<QueueName, PoolName, TagKey>>,
    MaxQueueSizes<QueueName>,
    Pauses<QueueName, LimiterId<QueueName, PoolName, TagKey>>,
    Recounting<QueueName>,
    ScheduleAdmin,
    SlowDowns<QueueName, LimiterId<QueueName, PoolName, TagKey>> {}

/**
 * Limits of partitions, queues, totals and pools read, set and removed; sizes of queues, set and counted anew; pauses of those and of queues; slow-downs; rates of apps; why
 * jobs wait, and what there is; schedules, paused, run and removed; dead letters and jobs that nobody runs. `grantManage` of the construct gives the rights.
 * @example
 * const admin = createAdmin({ config })
 * await admin.pause({ queue: 'crm', partition: 'acme' }, { by: 'ann@example.com', reason: 'they migrate' })
 */
export function createAdmin<
  QueueName extends string,
  AppName extends string = never,
  PoolName extends string = never,
  TagKey extends string = never,
>(
  options: ClientOptions<QueueName, AppName, PoolName, TagKey>,
): AdminClient<QueueName, AppName, PoolName, TagKey> {
  const wiring = wiringOf(options)
  return {
    ...adminOf<QueueName>(wiring),
    ...appRatesOf<AppName>(wiring),
    ...cancelling<QueueName>(wiring),
    ...endedJobsOf<QueueName>(wiring),
    ...insightOf<QueueName>(wiring),
    ...limitedQueuesOf(wiring),
    ...limitersOf(wiring),
    ...maxQueueSizesOf<QueueName>(wiring),
    ...pausesOf(wiring),
    ...recounting<QueueName>(wiring),
    ...scheduleAdminOf(wiring),
    ...slowDownsOf(wiring),
  }
}
