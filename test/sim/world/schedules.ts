/**
 * The Schedules table of the simulation: every call goes over the network, the index and a scan may show what was, and the observer
 * sees what took effect.
 */
import { byBytes } from '../../../lib/adapters/memory/order.ts'
import type { JobItem, RawItem } from '../../../lib/core/job/job.ts'
import type { ScheduleKey } from '../../../lib/core/schedule/schedule.ts'
import { dueInOf } from '../../../lib/core/schedule/schedule-item.ts'
import type {
  DuePage,
  DueQuery,
  DueSchedule,
  RawSchedule,
  ScheduleStore,
  Withdrawal,
  WithdrawalOutcome,
} from '../../../lib/ports/store.ts'
import type { Effect } from './events.ts'
import type { Invocation } from './invocation.ts'
import { caller, type StoreWorld } from './store.ts'

export function simulatedSchedules(
  world: StoreWorld,
  by: Invocation,
  schedules: ScheduleStore,
): ScheduleStore {
  const call = caller(world, by)
  const other = <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    call('other', effect, () => ({ op: 'other', name }))
  return {
    get: (key) => other('get schedule', () => schedules.get(key)),
    getMany: (keys) => other('get schedules', () => schedules.getMany(keys)),
    partitions: () => other('partitions', () => schedules.partitions()),
    savePartitions: (...save) => other('savePartitions', () => schedules.savePartitions(...save)),
    declared: () => other('declared', () => schedules.declared()),
    saveDeclared: (...save) => other('saveDeclared', () => schedules.saveDeclared(...save)),
    due: ({ limit, cursor, ...query }) =>
      other('due schedules', async () => pageOf(await allDue(world, schedules, query), limit, cursor)),
    scan: (query) =>
      other('scan schedules', async () => {
        const page = await schedules.scan(query)
        return { ...page, schedules: structuredClone(page.schedules.flatMap((item) => shown(world, item))) }
      }),
    put: (item, found) =>
      call(
        'putSchedule',
        () => writing(world, item.pk, () => schedules.put(item, found)),
        (outcome) => ({ op: 'putSchedule', item, outcome }),
      ),
    remove: (key, found) =>
      call(
        'removeSchedule',
        () => writing(world, key, () => schedules.remove(key, found)),
        (outcome) => ({ op: 'removeSchedule', key, outcome }),
      ),
    fire: (firing) =>
      putting(world, by, { op: 'fire', jobs: firing.jobs, transaction: true }, () =>
        writing(world, firing.schedule.pk, () => schedules.fire(firing)),
      ),
    withdraw: (withdrawal) => withdrawing(world, by, withdrawal, () => schedules.withdraw(withdrawal)),
    putAtMostOnce: (job) =>
      putting(world, by, { op: 'putAtMostOnce', jobs: [job] }, () => schedules.putAtMostOnce(job)),
  }
}

/** Runs a write, and remembers the item as it was. */
function writing<T>({ tables, previousSchedules }: StoreWorld, pk: string, write: () => Promise<T>) {
  previousSchedules.set(pk, tables.schedules?.get(pk))
  return write()
}

interface Putting {
  readonly op: 'fire' | 'putAtMostOnce'
  readonly jobs: readonly JobItem[]
  readonly transaction?: boolean
}

/** What came of a put is seen in the table: the answer to one that was sent twice says nothing of it. */
function putting<T>(
  { network, emit, tables }: StoreWorld,
  by: Invocation,
  { op, jobs, transaction = false }: Putting,
  put: () => Promise<T>,
): Promise<T> {
  const standing = ({ pk, sk }: JobItem) => tables.jobs.get(pk)?.has(sk) ?? false
  const seen = (effect: Effect) => emit({ kind: 'effect', by, effect })
  return network.call(
    by,
    op,
    async () => {
      const missing = jobs.filter((job) => !standing(job))
      const outcome = await put()
      seen({ op: 'other', name: `${op} ${JSON.stringify(outcome)}` })
      for (const item of missing.filter(standing)) seen({ op: 'put', item, outcome: 'put' })
      return outcome
    },
    transaction,
  )
}

/** Whose jobs are gone by it were withdrawn; and a stale read shows the schedule and the shards' items as they were. */
function withdrawing(
  { network, emit, tables, previous, previousSchedules }: StoreWorld,
  by: Invocation,
  { schedule, from }: Withdrawal,
  withdraw: () => Promise<WithdrawalOutcome>,
): Promise<WithdrawalOutcome> {
  const seen = (effect: Effect) => emit({ kind: 'effect', by, effect })
  return network.call(
    by,
    'takeBack',
    async () => {
      const items = from.flatMap((shard) => shard.items)
      const isThere = ({ pk, sk }: RawItem) => tables.jobs.get(pk)?.has(sk) ?? false
      const standing = items.filter(isThere)
      const states = from.map(({ state: { shard } }) => [shard, tables.states.get(shard)] as const)
      const before = tables.schedules?.get(schedule.pk)
      const outcome = await withdraw()
      seen({ op: 'other', name: `withdraw ${outcome}` })
      const gone = standing.filter((item) => !isThere(item))
      for (const { pk, sk } of gone) seen({ op: 'withdraw', key: { pk, sk } })
      if (gone.length === 0) return outcome
      for (const [shard, state] of states) previous.set(shard, state)
      previousSchedules.set(schedule.pk, before)
      return outcome
    },
    true,
  )
}

/** As a reader of the index or a scan sees it: as it is, or as it was. The very item, for a hundred thousand may be looked at. */
function shown({ faults, previousSchedules }: StoreWorld, item: RawSchedule): RawSchedule[] {
  const was = faults.strikes('staleRead') ? previousSchedules.get(item.pk) : item
  return was ? [was] : []
}

type Query = Pick<DueQuery, 'partition' | 'until'>

/** Those that a stale index shows, too: each whose item, or the one before it, is due. */
async function allDue(world: StoreWorld, schedules: ScheduleStore, query: Query): Promise<DueSchedule[]> {
  const isDue = ({ dueIn, nextAt }: RawSchedule): boolean =>
    dueIn === dueInOf(query.partition) && Number(nextAt) <= query.until
  const now = await schedules.due({ ...query, limit: Number.POSITIVE_INFINITY })
  const before = [...world.previousSchedules.values()].filter((item) => item && isDue(item))
  const keys = new Set([
    ...now.schedules.map(({ key }) => key as string),
    ...before.map((item) => item?.pk ?? ''),
  ])
  return [...keys]
    .flatMap((key) => world.tables.schedules?.get(key) ?? [])
    .flatMap((item) => shown(world, item))
    .filter(isDue)
    .map(({ pk, nextAt }) => ({ key: pk as ScheduleKey, nextAt: Number(nextAt) }))
    .toSorted(byTime)
}

const byTime = (a: DueSchedule, b: DueSchedule): number => a.nextAt - b.nextAt || byBytes(a.key, b.key)

function pageOf(all: readonly DueSchedule[], limit: number, cursor?: DueSchedule): DuePage {
  const behind = cursor ? all.filter((one) => byTime(one, cursor) > 0) : all
  const schedules = behind.slice(0, limit)
  const last = schedules.at(-1)
  return { schedules, ...(last && schedules.length >= limit ? { cursor: last } : {}) }
}
