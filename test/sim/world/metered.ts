/** The memory store behind DynamoDB's limits for one partition key. */
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { JobStore, ScheduleStore, StateStore, Store } from '../../../lib/ports/store.ts'
import { SimulatedFault } from '../faults/rates.ts'
import { bytesOf, type Throughput, type Use } from './throughput.ts'

/** The SDK tries again some times before its caller hears of this. */
export class HotKey extends SimulatedFault {}

/** A part of a transaction costs twice as much. */
const IN_TRANSACTION = 2

export const metered = (store: Store, tables: Tables, throughput: Throughput): Store => ({
  jobs: meteredJobs(store.jobs, tables, throughput),
  states: meteredStates(store.states, tables, throughput),
  history: store.history,
  schedules: meteredSchedules(store.schedules, throughput),
})

/** Refuses a call on a hot key; otherwise carries it out and takes what it has used. */
function meter(throughput: Throughput) {
  return async <T>(
    uses: readonly Use[],
    call: () => Promise<T>,
    bytes: (outcome: T) => number,
    factor = 1,
  ) => {
    if (throughput.isHot(uses)) throw new HotKey('the key is throttled')
    const outcome = await call()
    for (const use of uses) throughput.take(use, bytes(outcome), factor)
    return outcome
  }
}

function meteredJobs(jobs: JobStore, tables: Tables, throughput: Throughput): JobStore {
  const call = meter(throughput)
  const reading = (pk: string): Use[] => [{ table: 'jobs', pk, how: 'read' }]
  const writing = (...pks: string[]): Use[] => pks.map((pk) => ({ table: 'jobs', pk, how: 'write' }))
  const standing = ({ pk, sk }: { pk: string; sk: string }): number => bytesOf(tables.jobs.get(pk)?.get(sk))
  return {
    ...jobs,
    put: (item) =>
      call(
        writing(item.pk),
        () => jobs.put(item),
        () => bytesOf(item),
      ),
    // A batch is no transaction: each item is refused by itself.
    putBatch: async (items) => {
      const left: JobItem[] = []
      for (const item of items) {
        const uses = writing(item.pk)
        if (throughput.isHot(uses)) left.push(item)
        else {
          await jobs.putBatch([item])
          for (const use of uses) throughput.take(use, bytesOf(item))
        }
      }
      return left
    },
    get: (key) => call(reading(key.pk), () => jobs.get(key), bytesOf),
    range: (query) =>
      call(
        reading(query.shard),
        () => jobs.range(query),
        ({ items }) => bytesOf(items),
      ),
    remove: (item) => {
      const bytes = standing(item)
      return call(
        writing(item.pk),
        () => jobs.remove(item),
        () => bytes,
      )
    },
    replace: (item, next) =>
      call(
        writing(item.pk, next.pk),
        () => jobs.replace(item, next),
        () => bytesOf(next),
        IN_TRANSACTION,
      ),
    bury: (item, letter) =>
      call(
        [...writing(item.pk), { table: 'history', pk: letter.pk, how: 'write' }],
        () => jobs.bury(item, letter),
        () => bytesOf(letter),
        IN_TRANSACTION,
      ),
  }
}

function meteredStates(states: StateStore, tables: Tables, throughput: Throughput): StateStore {
  const call = meter(throughput)
  const using = (how: Use['how'], pk: string): Use[] => [{ table: 'states', pk, how }]
  const writing = <T>(shard: string, write: () => Promise<T>): Promise<T> =>
    call(using('write', shard), write, () => bytesOf(tables.states.get(shard)))
  return {
    ...states,
    read: (shard) => call(using('read', shard), () => states.read(shard), bytesOf),
    pass: (read, change) => writing(read.shard, () => states.pass(read, change)),
    start: (shard, claim, attempt) => writing(shard, () => states.start(shard, claim, attempt)),
    remember: (shard, bucket) => writing(shard, () => states.remember(shard, bucket)),
    release: (shard, holder) => writing(shard, () => states.release(shard, holder)),
    override: (owner, ...rest) => writing(owner.shard, () => states.override(owner, ...rest)),
    writeBooks: (owner, write) => writing(owner.shard, () => states.writeBooks(owner, write)),
    recordBorrowed: (state, ...rest) => writing(state.shard, () => states.recordBorrowed(state, ...rest)),
    fence: (shard, ...rest) => writing(shard, () => states.fence(shard, ...rest)),
  }
}

function meteredSchedules(schedules: ScheduleStore, throughput: Throughput): ScheduleStore {
  const call = meter(throughput)
  const ofJobs = (jobs: readonly JobItem[]): Use[] =>
    jobs.map(({ pk }) => ({ table: 'jobs', pk, how: 'write' }))
  const ofSchedule = (pk: string): Use => ({ table: 'schedules', pk, how: 'write' })
  return {
    ...schedules,
    put: (item, found) =>
      call(
        [ofSchedule(item.pk)],
        () => schedules.put(item, found),
        () => bytesOf(item),
      ),
    bury: (item, letter) =>
      call(
        [ofSchedule(item.pk)],
        () => schedules.bury(item, letter),
        () => bytesOf(item),
        IN_TRANSACTION,
      ),
    fire: (firing) =>
      call(
        [ofSchedule(firing.schedule.pk), ...ofJobs(firing.jobs)],
        () => schedules.fire(firing),
        () => bytesOf(firing.schedule),
        IN_TRANSACTION,
      ),
    withdraw: (withdrawal) =>
      call(
        [ofSchedule(withdrawal.schedule.pk)],
        () => schedules.withdraw(withdrawal),
        () => bytesOf(withdrawal.schedule),
        IN_TRANSACTION,
      ),
    putAtMostOnce: (job) =>
      call(
        ofJobs([job]),
        () => schedules.putAtMostOnce(job),
        () => bytesOf(job),
      ),
  }
}
