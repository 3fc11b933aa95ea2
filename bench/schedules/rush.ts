/**
 * Many schedules that are due at the same moment, in virtual time with published latencies: how soon their jobs are put. What becomes
 * of the jobs then is `bench:flow`'s to measure: here the stream tells nobody of them.
 */
import { concurrencyOf } from '../../cdk/concurrency.ts'
import { ScheduleTable } from '../../lib/adapters/memory/schedule-table.ts'
import type { RawItem } from '../../lib/core/job/job.ts'
import type { TickOfJob } from '../../lib/core/schedule/schedule.ts'
import type { ScheduleItem } from '../../lib/core/schedule/schedule-item.ts'
import { TICK_AHEAD_MS, TICK_EVERY_MS } from '../../lib/core/times.ts'
import { CalmWorld } from '../../test/sim/world/calm.ts'
import type { WorldEvent } from '../../test/sim/world/events.ts'
import { judged, type Row, shown } from '../flow/rows.ts'
import { publishedSurroundings } from '../flow/surroundings.ts'
import { WarmPool } from '../flow/warm-pool.ts'
import { HOUR_MS, hourlySchedules, QUEUE } from './stand.ts'

const SECOND_MS = 1000
/** What DynamoDB takes for one key of an index. */
const UNITS_A_SECOND = 1000
/** A firing moves its schedule there: it goes from one place, and comes to another. */
const UNITS_A_FIRING = 2
/** So many lie in each partition if 100,000 lie in 32. Fewer lie in fewer, and none of these has less to do. */
const IN_A_PARTITION = 3125
/** The first tick that sees a schedule comes at least so long before it is due: whatever is put by then is not late. */
const IN_TIME_MS = TICK_AHEAD_MS - TICK_EVERY_MS
/** What most accounts have. */
const ACCOUNT_CONCURRENCY = 1000

interface Put {
  /** Epoch ms. */
  readonly at: number
  /** Of its tick: its job is due then. */
  readonly nominal: number
  readonly partition: number
}

export async function measureRush(count: number, seed: number): Promise<Row[]> {
  const { puts, throttled, seenAt } = await rush(count, seed)
  const name = `${count} due at the same moment`
  const last_ms = latest(puts, ({ at }) => at - seenAt)
  return [
    judged(`${name}: jobs put`, puts.length, { atLeast: count }),
    judged(`${name}: last one put after the first tick that sees them, s`, last_ms / SECOND_MS, {
      atMost: IN_TIME_MS / SECOND_MS,
    }),
    judged(`${name}: jobs put after they were due`, puts.filter(({ at, nominal }) => at > nominal).length, {
      atMost: 0,
    }),
    judged(`${name}: most write units a second of a key of the due index`, busiestSecond(puts), {
      atMost: UNITS_A_SECOND,
    }),
    shown(`${name}: partitions`, new Set(puts.map(({ partition }) => partition)).size),
    shown(`${name}: calls that were throttled`, throttled),
  ]
}

const latest = (puts: readonly Put[], of: (put: Put) => number): number =>
  puts.reduce((most, put) => Math.max(most, of(put)), Number.NEGATIVE_INFINITY)

function busiestSecond(puts: readonly Put[]): number {
  const seconds = Map.groupBy(puts, ({ at, partition }) => `${partition} ${Math.floor(at / SECOND_MS)}`)
  return UNITS_A_FIRING * Math.max(...[...seconds.values()].map(({ length }) => length))
}

/** An hour, at whose end they are all due. */
async function rush(count: number, seed: number) {
  const calm = calmWorld(seed)
  const { world, begin } = calm
  world.tables.onInsert = () => {}
  const items = stand(calm, count)
  const watch = new RushWatch(() => world.scheduler.now, items)
  world.listen(watch.see)
  const end = begin + HOUR_MS + TICK_EVERY_MS
  // No longer than it takes: a sweep would look at the jobs then, for nobody else does.
  while (watch.puts.length < count && world.scheduler.now < end) await calm.run(SECOND_MS)
  return watch
}

function calmWorld(seed: number): CalmWorld {
  const pool = new WarmPool()
  const { worker, ...concurrency } = concurrencyOf({ accountConcurrency: ACCOUNT_CONCURRENCY })
  const calm = new CalmWorld({
    seed,
    queues: { [QUEUE]: { partition: { payload: 'customer' }, concurrency: 10, timeout: '10s' } },
    surroundings: publishedSurroundings(pool, concurrency),
    workers: worker,
    accountConcurrency: ACCOUNT_CONCURRENCY,
  })
  calm.world.listen(pool.see)
  return calm
}

function stand({ world, begin }: CalmWorld, count: number): ScheduleItem[] {
  const { config } = world.plan.versions[0]
  const partitions = Math.min(config.schedules.partitions, Math.ceil(count / IN_A_PARTITION))
  const schedules = { ...config.schedules, partitions }
  const items = hourlySchedules({ ...config, schedules }, { count, now: begin })
  const table = new ScheduleTable()
  for (const item of items) table.set(item.pk, item)
  world.tables.schedules = table
  return items
}

/** Sees each job that is put, and the tick that has had the first one put. */
class RushWatch {
  readonly puts: Put[] = []
  throttled = 0
  /** Epoch ms. */
  seenAt = Number.NaN
  #tickedAt = Number.NaN
  readonly #now: () => number
  readonly #partitions: ReadonlyMap<unknown, number>

  constructor(now: () => number, items: readonly ScheduleItem[]) {
    this.#now = now
    this.#partitions = new Map(items.map(({ name, partition }) => [name, partition as number]))
  }

  readonly see = (event: WorldEvent): void => {
    if (event.kind === 'surprise')
      throw new Error(`the product failed in a world without faults: ${event.text}`)
    if (event.kind === 'fault') this.throttled++
    if (event.kind === 'note' && event.text === 'tick') this.#tickedAt = this.#now()
    if (event.kind !== 'effect' || event.effect.op !== 'put') return
    if (this.puts.length === 0) this.seenAt = this.#tickedAt
    this.#put(event.effect.item)
  }

  #put({ schedule }: RawItem): void {
    const { name, at: nominal } = schedule as TickOfJob
    this.puts.push({ at: this.#now(), nominal, partition: this.#partitions.get(name) ?? -1 })
  }
}
