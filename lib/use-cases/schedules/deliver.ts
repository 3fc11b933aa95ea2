/**
 * Puts the jobs of some ticks, and has their schedule go on. Whoever dies in between, or whose writes are repeated, leaves: with
 * `exactlyOnce` all of it or nothing, for it is one transaction; with `atLeastOnce` jobs that are put once more, for they come first;
 * with `atMostOnce` jobs that are never put, for they come last. Only the transaction sees a change of the schedule that comes between
 * its two halves: in the other two orders a job may still be put when `unschedule` has just returned. A condition on the schedule in the
 * put of the job would be a transaction, too, and cost as much.
 */
import { type JobItem, keyText } from '../../core/job/job.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { marked, type ScheduleItem, toScheduleItem } from '../../core/schedule/schedule-item.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { FiringContext } from './step.ts'

const SIDE_BY_SIDE = 8
/** Each time at least one job is left out that stands there. */
const MOST_TRIES = 4

export interface Delivery {
  /** As it was read. */
  readonly schedule: Schedule
  readonly next: Schedule
  readonly jobs: readonly JobItem[]
}
export type Delivered = 'gone on' | 'stale' | 'busy'

export async function deliver(context: FiringContext, delivery: Delivery): Promise<Delivered> {
  await context.pace?.()
  switch (delivery.schedule.options.delivery) {
    case 'exactlyOnce':
      return together(context, delivery)
    case 'atLeastOnce':
      return jobsFirst(context, delivery)
    case 'atMostOnce':
      return jobsLast(context, delivery)
  }
}

/** What has been put before, by a firing whose schedule somebody has written back, is left out. */
async function together(context: FiringContext, delivery: Delivery): Promise<Delivered> {
  const { schedule, next } = delivery
  let { jobs } = delivery
  for (let tries = 0; jobs.length > 0 && tries < MOST_TRIES; tries++) {
    const firing = { schedule: toScheduleItem(next), found: schedule.version, jobs }
    const outcome = await context.store.schedules.fire(firing)
    if (outcome.kind === 'fired') return 'gone on'
    if (outcome.kind === 'stale') return 'stale'
    if (outcome.kind !== 'exists') return 'busy'
    const there = new Set(outcome.keys.map(keyText))
    jobs = jobs.filter((job) => !there.has(keyText(job)))
  }
  return jobs.length > 0 ? 'busy' : goOn(context, delivery, toScheduleItem(delivery.next))
}

async function goOn(
  { store }: FiringContext,
  { schedule }: Delivery,
  item: ScheduleItem,
): Promise<Delivered> {
  const outcome = await store.schedules.put(item, schedule.version)
  return outcome === 'put' ? 'gone on' : 'stale'
}

async function jobsFirst(context: FiringContext, delivery: Delivery): Promise<Delivered> {
  const outcomes: string[] = []
  await forEachSideBySide(delivery.jobs, SIDE_BY_SIDE, async (job) => outcomes.push(await put(context, job)))
  return outcomes.includes('busy') ? 'busy' : goOn(context, delivery, toScheduleItem(delivery.next))
}

/** One that stands there is the one that is put: it was put before. */
const put = ({ store }: FiringContext, job: JobItem): Promise<string> =>
  job.countedIn ? store.jobs.putCounted(job) : store.jobs.put(job)

/**
 * Race: another fires the same tick, and writes the same schedule. By the mark it is not taken for this call, sent again: its job may
 * have run, and be gone.
 */
async function jobsLast(context: FiringContext, delivery: Delivery): Promise<Delivered> {
  const outcome = await goOn(context, delivery, marked(toScheduleItem(delivery.next), context.random.token()))
  if (outcome !== 'gone on') return outcome
  await forEachSideBySide(delivery.jobs, SIDE_BY_SIDE, (job) => putOnce(context, delivery, job))
  return outcome
}

/** It must not be tried again, whatever became of it: it may have been put, and have run. */
async function putOnce(
  { store, events }: FiringContext,
  { schedule }: Delivery,
  job: JobItem,
): Promise<void> {
  try {
    await store.schedules.putAtMostOnce(job)
  } catch (error) {
    events.emit({ kind: 'tick not certain', schedule: schedule.key, job: keyText(job), error })
  }
}
