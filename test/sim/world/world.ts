/** A Sluice deployment of which everything but the use cases is simulated. */
import { emptyTables, type Tables } from '../../../lib/adapters/memory/tables.ts'
import type { ShardState } from '../../../lib/core/state.ts'
import { type Faults, SimulatedFault } from '../faults/rates.ts'
import type { Plan } from '../workloads/plan.ts'
import type { Listener, WorldEvent } from './events.ts'
import { consumeEvents, consumeRecords, consumeWakes, consumeWork } from './functions.ts'
import { type FunctionName, Invocation } from './invocation.ts'
import { Network } from './network.ts'
import type { SimRandom } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { SimulatedQueue } from './sqs.ts'
import { SimulatedStream } from './stream.ts'
import { startTicks } from './ticks.ts'

/** As the construct sets them up (cdk/queues.ts, cdk/functions.ts). */
const DISPATCHER_TIMEOUT_MS = 30_000
const OTHER_TIMEOUT_MS = 55_000
const COLD_START_MS = 1500

export class World {
  readonly scheduler: Scheduler
  readonly random: SimRandom
  readonly faults: Faults
  readonly plan: Plan
  readonly network: Network
  readonly tables: Tables = emptyTables()
  readonly previous = new Map<string, ShardState | undefined>()
  readonly work: SimulatedQueue
  readonly wake: SimulatedQueue
  readonly events: SimulatedQueue
  readonly stream: SimulatedStream
  readonly #listeners: Listener[] = []
  #invocations = 0
  #tokens = 0

  constructor(random: SimRandom, plan: Plan, faults: Faults) {
    this.random = random
    this.plan = plan
    this.faults = faults
    this.scheduler = new Scheduler(random.fork(), plan.epoch_ms)
    const parts = { scheduler: this.scheduler, random: random.fork(), faults, emit: this.emit }
    this.network = new Network(this.scheduler, random.fork(), faults, this.emit)
    const queue = (name: string, visibility_ms: number, batchSize: number, maxReceives: number) => ({
      name,
      visibility_ms,
      batchSize,
      maxReceives,
    })
    this.work = new SimulatedQueue(
      parts,
      queue('work', plan.workerTimeout_ms + 30_000, plan.workerBatch, 5),
      consumeWork(this),
    )
    this.wake = new SimulatedQueue(
      parts,
      queue('wake', 2 * DISPATCHER_TIMEOUT_MS, 10, 100),
      consumeWakes(this),
    )
    this.events = new SimulatedQueue(parts, queue('ingest', 180_000, 10, 10), consumeEvents(this))
    this.stream = new SimulatedStream(parts, consumeRecords(this))
    this.tables.onInsert = (item) => this.stream.append(item)
    startTicks(this)
  }

  readonly emit = (event: WorldEvent): void => {
    for (const listener of this.#listeners) listener(event)
  }

  listen(listener: Listener): void {
    this.#listeners.push(listener)
  }

  nextToken(): string {
    return `k${++this.#tokens}`
  }

  /** Starts a function; `ended` hears how it went, for a dead function too, as Lambda would tell. */
  invoke<T>(
    fn: FunctionName,
    body: (invocation: Invocation) => Promise<T>,
    ended: (outcome: { ok: true; value: T } | { ok: false }) => void = () => {},
  ): void {
    this.scheduler.after(
      this.random.chance(0.1) ? this.random.int(100, COLD_START_MS) : this.random.int(1, 10),
      () => {
        const invocation = this.#invocation(fn, () => ended({ ok: false }))
        this.emit({ kind: 'begun', by: invocation })
        body(invocation).then(
          (value) => {
            if (!invocation.alive) return
            this.#retire(invocation, 'done')
            ended({ ok: true, value })
          },
          (error) => {
            this.expected(error)
            invocation.stop('error')
          },
        )
      },
    )
  }

  /** Faults are thrown on purpose; any other error is the product's mistake. */
  expected(error: unknown): void {
    if (error instanceof SimulatedFault) return
    if (error instanceof Error && error.name === 'EnqueueIncompleteError') return
    this.emit({
      kind: 'surprise',
      text: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }

  #invocation(fn: FunctionName, died: () => void): Invocation {
    const timeout_ms =
      fn === 'worker'
        ? this.plan.workerTimeout_ms
        : fn === 'dispatcher'
          ? DISPATCHER_TIMEOUT_MS
          : OTHER_TIMEOUT_MS
    const skew_ms = this.random.int(-this.plan.maxSkew_ms, this.plan.maxSkew_ms)
    const version = this.#version()
    const of = { id: ++this.#invocations, fn, skew_ms, version, timeout_ms }
    const invocation: Invocation = new Invocation(this.scheduler, of, (how) => {
      this.emit({ kind: 'over', by: invocation, how })
      if (how !== 'done') died()
    })
    return invocation
  }

  /** While a deploy is under way, old and new functions run side by side. */
  #version(): number {
    const { deploy } = this.plan
    if (!deploy || this.scheduler.now < deploy.from) return 0
    return this.scheduler.now >= deploy.until || this.random.chance(0.5) ? 1 : 0
  }

  #retire(invocation: Invocation, how: string): void {
    invocation.stop(how)
  }
}
