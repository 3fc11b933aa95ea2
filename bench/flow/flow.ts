/** One run: a queue with limits, its jobs, and what the recorder saw of them. */
import { concurrencyOf } from '../../cdk/concurrency.ts'
import { SLOTS_OF_A_SMALL_ITEM } from '../../lib/core/limits/in-force.ts'
import { defineConfig, type QueueInput } from '../../lib/core/queue/config.ts'
import { type CalmJob, CalmWorld } from '../../test/sim/world/calm.ts'
import { SimRandom } from '../../test/sim/world/random.ts'
import { type Life, Recorder } from './recorder.ts'
import { busyShare, type Span } from './statistics.ts'
import { publishedSurroundings } from './surroundings.ts'
import { WarmPool } from './warm-pool.ts'

export const SECOND_MS = 1000
const QUEUE = 'crm'
const BESIDE = 'beside'

export interface FlowSettings {
  readonly seed: number
  /** The limits of the queue's partitions. */
  readonly limits: Pick<QueueInput, 'concurrency' | 'rateLimit' | 'shards' | 'total' | 'pools' | 'guaranteed'>
  readonly pools?: Readonly<Record<string, { readonly concurrency: number }>>
  /** A second queue, whose jobs nothing is measured of. */
  readonly beside?: Pick<QueueInput, 'concurrency' | 'pools'>
  /** How many functions the account runs simultaneously. Default: enough for everything. */
  readonly accountConcurrency?: number
}

/** So many that neither workers nor dispatchers are ever scarce. */
const PLENTY = 10_000

export class Flow {
  /** How many slots a partition has. */
  readonly slots: number
  readonly random: SimRandom
  readonly #calm: CalmWorld
  readonly #recorder: Recorder
  #jobs = 0

  constructor({ seed, limits, pools = {}, beside, accountConcurrency = PLENTY }: FlowSettings) {
    this.random = new SimRandom(seed)
    const shared: QueueInput = { partition: { payload: 'tenant' }, timeout: '10s' }
    const queues: Record<string, QueueInput> = {
      [QUEUE]: { ...shared, ...limits },
      ...(beside ? { [BESIDE]: { ...shared, ...beside, timeout: '55s' } } : {}),
    }
    const { worker, ...concurrency } = concurrencyOf({ accountConcurrency })
    const pool = new WarmPool()
    this.#calm = new CalmWorld({
      seed: this.random.int(0, 2 ** 31),
      queues,
      pools,
      surroundings: publishedSurroundings(pool, concurrency),
      workers: worker,
      accountConcurrency,
    })
    this.#calm.world.listen(pool.see)
    const shards = defineConfig({ queues, pools }).queues[QUEUE]?.shards ?? 1
    this.slots = limits.concurrency ?? shards * SLOTS_OF_A_SMALL_ITEM
    this.#recorder = new Recorder(this.#calm.world, this.slots)
  }

  /** Jobs that stand there when the run begins. */
  stand(tenant: string, count: number, takes_ms = SECOND_MS): void {
    this.#calm.stand(Array.from({ length: count }, () => this.#newJob(tenant, takes_ms)))
  }

  /** Such jobs that take a unit of a pool: they lie in a lane of their partition. */
  standInLane(pool: string, tenant: string, count: number, takes_ms: number): void {
    const job = () => ({ ...this.#newJob(tenant, takes_ms), pools: { [pool]: 1 } })
    this.#calm.stand(Array.from({ length: count }, job))
  }

  /** Such jobs of the second queue. */
  standBeside(tenant: string, count: number, takes_ms: number): void {
    const job = () => ({ ...this.#newJob(tenant, takes_ms), queue: BESIDE })
    this.#calm.stand(Array.from({ length: count }, job))
  }

  /** Jobs that one call of a client puts. */
  put(at_ms: number, tenant: string, count: number, takes_ms = SECOND_MS): void {
    const jobs = Array.from({ length: count }, () => this.#newJob(tenant, takes_ms))
    this.#calm.put(this.#calm.begin + at_ms, jobs)
  }

  /** Jobs that come one by one, so many a second on average, at random and independent times. */
  arrive(tenant: string, aSecond: number, within: Span, takes_ms = SECOND_MS): void {
    let at_ms = within.from
    for (;;) {
      at_ms += (-Math.log(1 - this.random.number()) / aSecond) * SECOND_MS
      if (at_ms >= within.until) return
      this.put(at_ms, tenant, 1, takes_ms)
    }
  }

  run = (duration_ms: number): Promise<void> => this.#calm.run(duration_ms)

  get throttled(): number {
    return this.#recorder.throttled
  }

  /** State items read for each job that has started. */
  get stateReadsAJob(): number {
    return this.#recorder.stateReads / this.starts.length
  }

  /** From put to start, of the jobs that were put within a window. */
  waits_ms(tenant: string, within: Span): number[] {
    return this.#lives(tenant, within).map((life) => this.#recorder.wait_ms(life))
  }

  /** How long each of these jobs waited while its partition had a free slot. */
  waitsBesideIdle_ms(tenant: string, within: Span): number[] {
    return this.#lives(tenant, within).map((life) => this.#recorder.waitBesideIdle_ms(life))
  }

  /** Of all tenants whose names begin so. */
  #lives(tenant: string, within: Span): Life[] {
    const { from, until } = this.#inWorld(within)
    return [...this.#recorder.lives.values()].filter(
      (life) => life.tenant.startsWith(tenant) && life.putAt >= from && life.putAt < until,
    )
  }

  /** How many handlers ran in a window on average, as a share of the slots, or of the units of what all share. */
  busy(within: Span, places = this.slots): number {
    return busyShare(this.#runs(), places, this.#inWorld(within))
  }

  /** How many jobs of each tenant started in a window. */
  served(within: Span): ReadonlyMap<string, number> {
    const { from, until } = this.#inWorld(within)
    const counts = new Map<string, number>()
    for (const { tenant, startedAt = Number.POSITIVE_INFINITY } of this.#recorder.lives.values()) {
      const counted = startedAt >= from && startedAt < until ? 1 : 0
      counts.set(tenant, (counts.get(tenant) ?? 0) + counted)
    }
    return counts
  }

  /** When jobs started. */
  get starts(): number[] {
    return this.#runs().map(({ from }) => from)
  }

  #runs(): Span[] {
    return [...this.#recorder.lives.values()].flatMap(({ startedAt, endedAt = Number.POSITIVE_INFINITY }) =>
      startedAt === undefined ? [] : [{ from: startedAt, until: endedAt }],
    )
  }

  #inWorld = ({ from, until }: Span): Span => ({
    from: this.#calm.begin + from,
    until: this.#calm.begin + until,
  })

  #newJob(tenant: string, takes_ms: number): CalmJob {
    return { queue: QUEUE, tenant, id: `job-${this.#jobs++}`, takes_ms }
  }
}
