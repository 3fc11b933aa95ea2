/** The schedules in memory. */
import { isDeepEqual } from '../../core/deep-equal.ts'
import { readPartitions } from '../../core/schedule/partitions-note.ts'
import { dueInOf, type FoundVersion, foundVersion } from '../../core/schedule/schedule-item.ts'
import type {
  DuePage,
  DueQuery,
  DueSchedule,
  Firing,
  FiringOutcome,
  RawSchedule,
  ScheduleStore,
  SchedulesPage,
  SchedulesQuery,
  Withdrawal,
  WithdrawalOutcome,
} from '../../ports/schedules.ts'
import { isUnpassed, passOver, whatIsThere } from './job-ends.ts'
import { ScheduleTable } from './schedule-table.ts'
import { changeSizes } from './sizes.ts'
import { deleteJob, putJob, putLetter, type Tables } from './tables.ts'
import { lockInTheWay } from './unique.ts'

const PAGE = 100

export const memorySchedules = (tables: Tables): ScheduleStore => ({
  get: async (key) => structuredClone(tableOf(tables).get(key)),
  getMany: async (keys) =>
    structuredClone([...new Set(keys)].flatMap((key) => tableOf(tables).get(key) ?? [])),
  due: async (query) => due(tableOf(tables), query),
  scan: async (query = {}) => scan(tableOf(tables), query),
  put: async (item, found) => {
    const outcome = whatStands(tables, item, found)
    if (outcome === 'as found') write(tables, item)
    return outcome === 'stale' ? 'stale' : 'put'
  },
  remove: async (key, found) => {
    const standing = tableOf(tables).get(key)
    if (standing && !isDeepEqual(foundVersion(standing), found)) return 'stale'
    tableOf(tables).delete(key)
    return 'removed'
  },
  bury: async (item, letter) => {
    if (!isDeepEqual(foundVersion(tableOf(tables).get(item.pk)), item)) return 'stale'
    tableOf(tables).delete(item.pk)
    putLetter(tables, letter)
    return 'buried'
  },
  fire: async (firing) => fire(tables, firing),
  withdraw: async (withdrawal) => withdraw(tables, withdrawal),
  putAtMostOnce: async (job) => {
    if (tables.jobs.get(job.pk)?.has(job.sk)) return 'exists'
    changeSizes(tables, [], [job])
    putJob(tables, job)
    return 'put'
  },
  partitions: async () =>
    tables.schedulePartitions && readPartitions(structuredClone(tables.schedulePartitions)),
  savePartitions: async (note, found) => {
    const standing = tables.schedulePartitions && readPartitions(tables.schedulePartitions)
    const outcome = whatIsNoted(standing, note, found === 'absent' ? found : found.version)
    if (outcome === 'put') tables.schedulePartitions = { ...structuredClone(note) }
    return outcome
  },
  declared: async () => structuredClone(tables.declaredSchedules),
  saveDeclared: async (note, found) => {
    const outcome = whatIsNoted(tables.declaredSchedules, note, found)
    if (outcome === 'put') tables.declaredSchedules = structuredClone(note)
    return outcome
  },
})

interface Versioned {
  readonly version: number
}

/** Who makes the same call again finds its own note. */
function whatIsNoted(
  standing: Versioned | undefined,
  note: Versioned,
  found: number | 'absent',
): 'put' | 'stale' {
  return isDeepEqual(standing, note) || (standing?.version ?? 'absent') === found ? 'put' : 'stale'
}

function tableOf(tables: Tables): ScheduleTable {
  tables.schedules ??= new ScheduleTable()
  return tables.schedules
}

const write = (tables: Tables, item: RawSchedule): void =>
  void tableOf(tables).set(item.pk, structuredClone(item))

/** Who makes the same call again finds its own write: its reply was lost. */
function whatStands(tables: Tables, item: RawSchedule, found: FoundVersion): 'as found' | 'own' | 'stale' {
  const standing = tableOf(tables).get(item.pk)
  if (isDeepEqual(foundVersion(standing), found)) return 'as found'
  return isDeepEqual(standing, item) ? 'own' : 'stale'
}

function fire(tables: Tables, { schedule, found, jobs, lock }: Firing): FiringOutcome {
  const stands = whatStands(tables, schedule, found)
  if (stands !== 'as found') return { kind: stands === 'own' ? 'fired' : 'stale' }
  const standing = jobs.filter(({ pk, sk }) => tables.jobs.get(pk)?.has(sk))
  if (standing.length > 0) return { kind: 'exists', keys: standing.map(({ pk, sk }) => ({ pk, sk })) }
  const other = lock && lockInTheWay(tables, lock.lock, lock.found, lock.lock.job)
  if (other) return { kind: 'locked', lock: other }
  changeSizes(tables, [], jobs)
  for (const job of jobs) putJob(tables, job)
  if (lock) tables.locks.set(lock.lock.pk, structuredClone(lock.lock))
  write(tables, schedule)
  return { kind: 'fired' }
}

function withdraw(tables: Tables, { schedule, found, from }: Withdrawal): WithdrawalOutcome {
  const stands = whatStands(tables, schedule, found)
  if (stands !== 'as found') return stands === 'own' ? 'withdrawn' : 'stale'
  const items = from.flatMap((shard) => shard.items)
  if (from.some(({ state }) => !isUnpassed(tables, state))) return 'stale'
  if (items.some((item) => whatIsThere(tables, item))) return 'stale'
  changeSizes(tables, items, [])
  for (const item of items) deleteJob(tables, item)
  for (const { state, expiresAt } of from) passOver(tables, state, expiresAt)
  write(tables, schedule)
  return 'withdrawn'
}

function due(table: ScheduleTable, { partition, until, limit, cursor }: DueQuery): DuePage {
  const behind = cursor && { nextAt: cursor.nextAt, pk: cursor.key }
  const schedules: DueSchedule[] = []
  for (const { pk, nextAt } of table.dueIn(dueInOf(partition), behind)) {
    if (schedules.length >= limit || nextAt > until) break
    schedules.push({ key: pk as DueSchedule['key'], nextAt })
  }
  const last = schedules.at(-1)
  // DynamoDB, when a page is full, does not look whether anything is behind it.
  if (!last || schedules.length < limit) return { schedules }
  return { schedules, cursor: last }
}

function scan(table: ScheduleTable, { cursor, limit = PAGE }: SchedulesQuery): SchedulesPage {
  const schedules: RawSchedule[] = []
  for (const item of table.behind(cursor)) {
    if (schedules.length >= limit) break
    schedules.push(item)
  }
  const last = schedules.at(-1)
  return {
    schedules: structuredClone(schedules),
    ...(last && schedules.length >= limit ? { cursor: last.pk } : {}),
  }
}
