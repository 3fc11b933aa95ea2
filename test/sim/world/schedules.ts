/**
 * The Schedules table of the simulation: every call goes over the network, the index and a scan may show what was, and the observer
 * sees what took effect.
 */
import { isDeepStrictEqual } from 'node:util'
import { byBytes } from '../../../lib/adapters/memory/order.ts'
import type { DeadLetter } from '../../../lib/core/job/dead-letter.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { ScheduleKey } from '../../../lib/core/schedule/schedule.ts'
import { dueInOf, isRaw } from '../../../lib/core/schedule/schedule-item.ts'
import type { DuePage, DueQuery, DueSchedule, RawSchedule, ScheduleStore } from '../../../lib/ports/store.ts'
import type { Effect } from './events.ts'
import type { Invocation } from './invocation.ts'
import { caller, type StoreWorld } from './store.ts'

/** What an index shows of an item that was written so long ago is as it is. */
const LONGEST_LAG_MS = 10_000

/** What a schedule was before its last write, and until when that may still be seen. */
export interface PreviousSchedule {
  readonly was: RawSchedule | undefined
  readonly until: number
}

export interface SchedulesWorld {
  readonly previousSchedules: Map<string, PreviousSchedule>
  readonly scheduler: { readonly now: number }
  readonly scheduleStream: { append(item: { readonly pk: string; readonly sk: string }): void }
}

export function simulatedSchedules(
  world: StoreWorld,
  by: Invocation,
  schedules: ScheduleStore,
): ScheduleStore {
  const call = caller(world, by)
  const other = <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    call('other', effect, () => ({ op: 'other', name }))
  // Where nobody has a schedule, nobody can tell how long a look takes: such worlds are what they were.
  const looking = <T>(name: string, look: () => Promise<T>): Promise<T> =>
    (world.tables.schedules?.size ?? 0) === 0 ? look() : other(name, look)
  return {
    get: (key) => other('get schedule', () => schedules.get(key)),
    getMany: (keys) => looking('get schedules', () => schedules.getMany(keys)),
    partitions: () => looking('partitions', () => schedules.partitions()),
    savePartitions: (...save) =>
      other('savePartitions', async () => {
        const enabled = async () => (await schedules.partitions())?.enabled
        const was = await enabled()
        const outcome = await schedules.savePartitions(...save)
        const is = await enabled()
        if (!isDeepStrictEqual(was, is))
          world.emit({ kind: 'effect', by, effect: { op: 'enabledPartitions', is } })
        return outcome
      }),
    declared: () => looking('declared', () => schedules.declared()),
    saveDeclared: (...save) => other('saveDeclared', () => schedules.saveDeclared(...save)),
    due: ({ limit, cursor, ...query }) =>
      looking('due schedules', async () => pageOf(await allDue(world, schedules, query), limit, cursor)),
    scan: (query) =>
      looking('scan schedules', async () => {
        const page = await schedules.scan(query)
        return { ...page, schedules: structuredClone(page.schedules.flatMap((item) => shown(world, item))) }
      }),
    put: (item, found) =>
      writing(world, by, { op: 'putSchedule', pk: item.pk }, () => schedules.put(item, found)),
    remove: (key, found) =>
      writing(world, by, { op: 'removeSchedule', pk: key }, () => schedules.remove(key, found)),
    bury: (item, letter) =>
      writing(world, by, { op: 'burySchedule', pk: item.pk, letter }, () => schedules.bury(item, letter)),
    fire: (firing) =>
      writing(world, by, { op: 'fire', pk: firing.schedule.pk, jobs: firing.jobs }, () =>
        schedules.fire(firing),
      ),
    withdraw: (withdrawal) => {
      const { schedule, from } = withdrawal
      const jobs = from.flatMap((shard) => shard.items)
      const shards = from.map(({ state: { shard } }) => shard)
      return writing(world, by, { op: 'withdraw', pk: schedule.pk, jobs, shards }, () =>
        schedules.withdraw(withdrawal),
      )
    },
    putAtMostOnce: (job) =>
      writing(world, by, { op: 'putAtMostOnce', jobs: [job] }, () => schedules.putAtMostOnce(job)),
  }
}

interface Writing {
  readonly op: 'putSchedule' | 'removeSchedule' | 'burySchedule' | 'fire' | 'withdraw' | 'putAtMostOnce'
  /** The schedule that it writes. */
  readonly pk?: string
  /** The jobs that it puts, or takes back. */
  readonly jobs?: readonly RawItem[]
  /** The dead letter of the item that it removes. */
  readonly letter?: DeadLetter
  /** The shards over which it counts as a pass. */
  readonly shards?: readonly ShardKey[]
}

const TRANSACTIONS: readonly Writing['op'][] = ['burySchedule', 'fire', 'withdraw']

/**
 * What came of a write is seen in the tables: the answer to one that was sent twice says nothing of it. And a stale read shows what it
 * has changed as it was.
 */
function writing<T>(
  world: StoreWorld,
  by: Invocation,
  { op, pk = '', jobs = [], letter, shards = [] }: Writing,
  write: () => Promise<T>,
): Promise<T> {
  const { network, tables, previous } = world
  const seen = (effect: Effect) => world.emit({ kind: 'effect', by, effect })
  const isThere = (job: RawItem) => tables.jobs.get(job.pk)?.has(job.sk) ?? false
  const effect = async () => {
    const was = tables.schedules?.get(pk)
    const stood = jobs.map(isThere)
    const states = shards.map((shard) => [shard, tables.states.get(shard)] as const)
    const outcome = await write()
    seen({ op: 'other', name: `${op} ${JSON.stringify(outcome)}` })
    for (const [n, job] of jobs.entries()) {
      const stands = isThere(job)
      if (stands && !stood[n]) seen({ op: 'put', item: job, outcome: 'put' })
      if (!stands && stood[n]) seen({ op: 'takeBack', key: { pk: job.pk, sk: job.sk } })
    }
    for (const [shard, state] of states)
      if (tables.states.get(shard)?.version !== state?.version) previous.set(shard, state)
    const is = tables.schedules?.get(pk)
    if (letter && was && !is) seen({ op: 'buryEvent', letter })
    if (is && isRaw(is) && was !== is) world.scheduleStream.append({ pk, sk: '' })
    if (was === is || (was?.['version'] === is?.['version'] && !isRawOne(was))) return outcome
    world.previousSchedules.set(pk, { was, until: world.scheduler.now + LONGEST_LAG_MS })
    seen({ op: 'schedule', key: pk, was: structuredClone(was), is: structuredClone(is) })
    return outcome
  }
  return network.call(by, op, effect, TRANSACTIONS.includes(op))
}

const isRawOne = (item: RawSchedule | undefined): boolean => item !== undefined && isRaw(item)

/** As a reader of the index or a scan sees it: as it is, or as it was a moment ago. */
function shown(world: Shown, item: RawSchedule): RawSchedule[] {
  const { faults, previousSchedules, scheduler } = world
  const before = previousSchedules.get(item.pk)
  if (!before || before.until < scheduler.now || !faults.strikes('staleRead')) return [item]
  return before.was ? [before.was] : []
}

type Shown = Pick<StoreWorld, 'faults' | 'previousSchedules' | 'scheduler'>
type Query = Pick<DueQuery, 'partition' | 'until'>

/** Those that a stale index shows, too: each whose item, or the one before it, is due. */
async function allDue(world: StoreWorld, schedules: ScheduleStore, query: Query): Promise<DueSchedule[]> {
  const isDue = ({ dueIn, nextAt }: RawSchedule): boolean =>
    dueIn === dueInOf(query.partition) && Number(nextAt) <= query.until
  const now = await schedules.due({ ...query, limit: Number.POSITIVE_INFINITY })
  const before = [...world.previousSchedules.values()].flatMap(({ was }) => (was && isDue(was) ? was.pk : []))
  return [...new Set([...now.schedules.map(({ key }) => key as string), ...before])]
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
