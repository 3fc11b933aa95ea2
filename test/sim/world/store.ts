/** The memory store behind a network that delays, refuses and forgets. The observer sees what took effect. */
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import type { ShardState } from '../../../lib/core/shard/state.ts'
import type { JobStore, StateStore, Store } from '../../../lib/ports/store.ts'
import type { Faults } from '../faults/rates.ts'
import { askedOnce } from './earlier-shards.ts'
import type { Effect, Listener } from './events.ts'
import { simulatedHistory } from './history.ts'
import type { Invocation } from './invocation.ts'
import { simulatedKeyed } from './keyed-jobs.ts'
import { metered } from './metered.ts'
import type { Network } from './network.ts'
import { simulatedSettings } from './queue-settings.ts'
import { type SchedulesWorld, simulatedSchedules } from './schedules.ts'
import { dueOf, stale } from './stale-reads.ts'
import type { Throughput } from './throughput.ts'

export interface StoreWorld extends SchedulesWorld {
  readonly tables: Tables
  /** What each state item was before its last change: an index or a scan may still show it. */
  readonly previous: Map<string, ShardState | undefined>
  /** Absent where no key is ever throttled. */
  readonly throughput: Throughput | undefined
  readonly network: Network
  readonly faults: Faults
  readonly emit: Listener
}

export const simulatedStore = (world: StoreWorld, by: Invocation): Store => {
  const inner = world.throughput
    ? metered(memoryStore(world.tables), world.tables, world.throughput)
    : memoryStore(world.tables)
  return {
    jobs: simulatedJobs(world, by, inner.jobs),
    states: simulatedStates(world, by, inner.states),
    history: simulatedHistory(world, by, inner.history),
    schedules: simulatedSchedules(world, by, inner.schedules),
  }
}

/** Calls the memory store when the request arrives, and shows what came of it. */
export function caller({ network, emit }: StoreWorld, by: Invocation) {
  return <T>(op: Effect['op'], effect: () => Promise<T>, seen: (outcome: T) => Effect, transaction = false) =>
    network.call(
      by,
      op,
      async () => {
        const outcome = await effect()
        emit({ kind: 'effect', by, effect: seen(outcome) })
        return outcome
      },
      transaction,
    )
}

function simulatedJobs(world: StoreWorld, by: Invocation, jobs: JobStore): JobStore {
  const call = caller(world, by)
  return {
    put: (item) =>
      call(
        'put',
        () => jobs.put(item),
        (outcome) => ({ op: 'put', item, outcome }),
      ),
    ...simulatedKeyed(world, by, jobs),
    putBatch: (items) => putBatch(world, by, jobs, items),
    get: (key) =>
      call(
        'get',
        () => jobs.get(key),
        () => ({ op: 'get', key }),
      ),
    peek: (key) =>
      call(
        'get',
        () => jobs.peek(key),
        () => ({ op: 'get', key }),
      ),
    cancel: (key, mark) =>
      call(
        'cancel',
        () => jobs.cancel(key, mark),
        (outcome) => ({ op: 'cancel', key, mark, outcome }),
      ),
    endWaiting: (state, burials, expiresAt) =>
      call(
        'endWaiting',
        () => asPass(world, state, 'ended', () => jobs.endWaiting(state, burials, expiresAt)),
        (outcome) => ({ op: 'endWaiting', shard: state.shard, version: state.version, burials, outcome }),
        true,
      ),
    range: (query) =>
      call(
        'range',
        () => jobs.range(query),
        ({ items }) => ({ op: 'range', shard: query.shard, found: items.length }),
      ),
    count: (query) =>
      call(
        'other',
        () => jobs.count(query),
        () => ({ op: 'other', name: 'count' }),
      ),
    remove: (item) =>
      call(
        'remove',
        () => jobs.remove(item),
        (outcome) => ({ op: 'remove', key: item, outcome }),
        true,
      ),
    replace: (key, next) =>
      call(
        'replace',
        () => jobs.replace(key, next),
        (outcome) => ({ op: 'replace', key, next, outcome }),
        true,
      ),
    bury: (key, letter) =>
      call(
        'bury',
        () => jobs.bury(key, letter),
        (outcome) => ({ op: 'bury', key, letter, outcome }),
        true,
      ),
    moveOut: (state, item, target) => jobs.moveOut(state, item, target),
    moveWaiting: (state, moves, expiresAt) =>
      call(
        'moveWaiting',
        () => asPass(world, state, 'moved', () => jobs.moveWaiting(state, moves, expiresAt)),
        (outcome) => ({ op: 'moveWaiting', shard: state.shard, version: state.version, moves, outcome }),
        true,
      ),
    shards: (query) =>
      call(
        'other',
        () => jobs.shards(query),
        () => ({ op: 'other', name: 'shards' }),
      ),
  }
}

/** A write of the shard's item, too: what it was before may still be seen. */
async function asPass<T>(
  { tables, previous }: StoreWorld,
  { shard }: Pick<ShardState, 'shard'>,
  done: T,
  write: () => Promise<T>,
): Promise<T> {
  const before = tables.states.get(shard)
  const outcome = await write()
  if (outcome === done) previous.set(shard, before)
  return outcome
}

function putBatch(
  { network, faults, emit, tables }: StoreWorld,
  by: Invocation,
  jobs: JobStore,
  items: readonly JobItem[],
): Promise<readonly JobItem[]> {
  return network.call(by, 'putBatch', async () => {
    const left = items.filter(() => faults.strikes('unprocessed')) // No transaction.
    for (const item of items.filter((item) => !left.includes(item))) {
      const stood = tables.jobs.get(item.pk)?.has(item.sk) ?? false
      const [refused] = await jobs.putBatch([item])
      if (refused) {
        left.push(refused)
        emit({ kind: 'fault', by, fault: 'hotKey', op: 'putBatch' })
      } else emit({ kind: 'effect', by, effect: { op: 'put', item, outcome: stood ? 'overwritten' : 'put' } })
    }
    return left
  })
}

function simulatedStates(world: StoreWorld, by: Invocation, states: StateStore): StateStore {
  const call = caller(world, by)
  const current = (shard: string) => world.tables.states.get(shard)
  /** Runs a write, and remembers the item as it was. */
  const writing = async <T>(shard: string, write: () => Promise<T>): Promise<T> => {
    world.previous.set(shard, current(shard))
    return write()
  }
  const changing = <T>(
    op: Effect['op'],
    shard: string,
    write: () => Promise<T>,
    seen: (outcome: T, before: ShardState | undefined) => Effect,
  ) => {
    let before: ShardState | undefined
    const effect = () => {
      before = current(shard)
      return writing(shard, write)
    }
    return call(op, effect, (outcome) => seen(outcome, before))
  }
  const others = unwatched(states, call)
  const watched: Partial<StateStore> = {
    read: (shard) =>
      call(
        'read',
        () => states.read(shard),
        (state) => ({ op: 'read', shard, state }),
      ),
    pass: (read, change) =>
      changing(
        'pass',
        read.shard,
        () => states.pass(read, change),
        (outcome, before) => {
          return { op: 'pass', shard: read.shard, read, before, change, outcome }
        },
      ),
    start: (shard, claim, attempt) =>
      changing(
        'start',
        shard,
        () => states.start(shard, claim, attempt),
        (outcome, before) => {
          return { op: 'start', shard, before, claim, attempt, outcome }
        },
      ),
    remember: (shard, bucket) =>
      changing(
        'remember',
        shard,
        () => states.remember(shard, bucket),
        () => ({ op: 'remember', shard, bucket }),
      ),
    release: (shard, holder) =>
      changing(
        'release',
        shard,
        () => states.release(shard, holder),
        (outcome, before) => ({ op: 'release', shard, before, holder, outcome }),
      ),
    override: (owner, limits, ...rest) =>
      changing(
        'override',
        owner.shard,
        () => states.override(owner, limits, ...rest),
        (written) =>
          written
            ? { op: 'override', shard: owner.shard, limits, byHand: false }
            : { op: 'other', name: 'override' },
      ),
    recordBorrowed: (state, ...record) =>
      call(
        'other',
        () => states.recordBorrowed(state, ...record),
        (outcome) => ({
          op: 'other',
          name: outcome && isChunk(state.shard) ? 'give units of a chunk' : 'recordBorrowed',
        }),
      ),
    due: (group, until) =>
      call(
        'due',
        async () => dueOf(world, group, until),
        (found) => ({ op: 'due', found: found.length }),
      ),
    scan: (query) =>
      call(
        'scan',
        async () => {
          const page = await states.scan(query)
          return query?.isStrong ? page : stale(world, page)
        },
        () => ({ op: 'scan' }),
      ),
    glance: (shards) =>
      call(
        'other',
        async () => stale(world, await states.glance(shards)),
        () => ({ op: 'other', name: 'glance' }),
      ),
  }
  const once = { earlierShards: askedOnce(others.earlierShards ?? states.earlierShards) }
  return { ...others, ...once, ...simulatedSettings(world, by, states), ...watched } as StateStore
}

const isChunk = (shard: string): boolean => /^\$limiter\|.*\|#\d+$/.test(shard)

/** What the observer needs no details of still goes over the network. */
function unwatched(states: StateStore, call: ReturnType<typeof caller>): Partial<StateStore> {
  const methods = Object.entries(states) as [string, (...args: unknown[]) => Promise<unknown>][]
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (...args: unknown[]) =>
        call(
          'other',
          () => method(...args),
          () => ({ op: 'other', name: `${args[0]}`.startsWith('$limiter|') ? `${name} of a limiter` : name }),
        ),
    ]),
  )
}
