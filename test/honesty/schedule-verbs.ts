/** The verbs of the Schedules table. */
import type { DeadLetter } from '../../lib/core/job/dead-letter.ts'
import type { JobItem } from '../../lib/core/job/job.ts'
import type {
  DeclaredNote,
  DueSchedule,
  Firing,
  FoundVersion,
  PartitionsNote,
  RawSchedule,
  Withdrawal,
} from '../../lib/ports/schedules.ts'
import type { Store } from '../../lib/ports/store.ts'
import { allPages } from './all-pages.ts'

export type ScheduleOperation =
  | { readonly op: 'getSchedule'; readonly key: string }
  | { readonly op: 'getSchedules'; readonly keys: readonly string[] }
  | {
      readonly op: 'dueSchedules'
      readonly partition: number
      readonly until: number
      readonly limit: number
    }
  | { readonly op: 'scanSchedules'; readonly limit: number }
  | { readonly op: 'putSchedule'; readonly item: RawSchedule; readonly found: FoundVersion }
  | {
      readonly op: 'removeSchedule'
      readonly key: string
      readonly found: Exclude<FoundVersion, 'absent'>
    }
  | { readonly op: 'burySchedule'; readonly item: RawSchedule; readonly letter: DeadLetter }
  | { readonly op: 'fire'; readonly firing: Firing }
  | { readonly op: 'withdraw'; readonly withdrawal: Withdrawal }
  | { readonly op: 'putAtMostOnce'; readonly job: JobItem }
  | { readonly op: 'partitions' }
  | {
      readonly op: 'savePartitions'
      readonly note: PartitionsNote
      readonly found: PartitionsNote | 'absent'
    }
  | { readonly op: 'declared' }
  | { readonly op: 'saveDeclared'; readonly note: DeclaredNote; readonly found: number | 'absent' }

const OPERATIONS: Readonly<Record<ScheduleOperation['op'], true>> = {
  getSchedule: true,
  getSchedules: true,
  dueSchedules: true,
  scanSchedules: true,
  putSchedule: true,
  removeSchedule: true,
  burySchedule: true,
  fire: true,
  withdraw: true,
  putAtMostOnce: true,
  partitions: true,
  savePartitions: true,
  declared: true,
  saveDeclared: true,
}
export const isOfSchedules = (operation: { readonly op: string }): operation is ScheduleOperation =>
  Object.hasOwn(OPERATIONS, operation.op)

export function callSchedules(store: Store, operation: ScheduleOperation): Promise<unknown> {
  const { schedules } = store
  switch (operation.op) {
    case 'getSchedule':
      return schedules.get(operation.key)
    case 'getSchedules':
      return schedules.getMany(operation.keys).then(byKey)
    case 'dueSchedules':
      return everyDue(store, operation)
    case 'scanSchedules':
      return everySchedule(store, operation.limit)
    case 'putSchedule':
      return schedules.put(operation.item, operation.found)
    case 'removeSchedule':
      return schedules.remove(operation.key, operation.found)
    case 'burySchedule':
      return schedules.bury(operation.item, operation.letter)
    case 'fire':
      return schedules.fire(operation.firing)
    case 'withdraw':
      return schedules.withdraw(operation.withdrawal)
    case 'putAtMostOnce':
      return schedules.putAtMostOnce(operation.job)
    case 'partitions':
      return schedules.partitions()
    case 'savePartitions':
      return schedules.savePartitions(operation.note, operation.found)
    case 'declared':
      return schedules.declared()
    case 'saveDeclared':
      return schedules.saveDeclared(operation.note, operation.found)
  }
}

const byKey = (found: readonly RawSchedule[]): RawSchedule[] =>
  found.toSorted((a, b) => (a.pk < b.pk ? -1 : 1))

type Due = Extract<ScheduleOperation, { op: 'dueSchedules' }>

/** In the order of their times. Which of two that are due at one time comes first is nobody's promise. */
async function everyDue({ schedules }: Store, { partition, until, limit }: Due) {
  const pages = await allPages((from: { readonly cursor?: DueSchedule }) =>
    schedules.due({ partition, until, limit, ...from }),
  )
  const found = pages.flatMap((page) => page.schedules)
  return { times: found.map(({ nextAt }) => nextAt), keys: found.map(({ key }) => key).toSorted() }
}

async function everySchedule({ schedules }: Store, limit: number): Promise<RawSchedule[]> {
  const pages = await allPages((from: { readonly cursor?: string }) => schedules.scan({ limit, ...from }))
  return byKey(pages.flatMap((page) => page.schedules))
}
