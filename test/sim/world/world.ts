/** A Sluice deployment of which everything but the use cases is simulated. */
import type { MemoryObject } from '../../../lib/adapters/memory/payloads.ts'
import { emptyTables, type Tables } from '../../../lib/adapters/memory/tables.ts'
import { LeftToNewerError } from '../../../lib/core/errors.ts'
import type { ShardState } from '../../../lib/core/shard/state.ts'
import {
  DISPATCHER_TIMEOUT_MS,
  INGEST_RECEIVES,
  INGEST_TIMEOUT_MS,
  INGEST_VISIBILITY_MS,
  TICK_TIMEOUT_MS,
  WAKE_RECEIVES,
  WAKE_VISIBILITY_MS,
  WORK_COMES_BACK_MS,
  WORK_RECEIVES,
} from '../../../lib/core/times.ts'
import { type Faults, SimulatedFault } from '../faults/rates.ts'
import type { Plan } from '../workloads/plan.ts'
import { namesIn } from '../workloads/scheduled-names.ts'
import { Concurrency } from './concurrency.ts'
import { applySchedules } from './declared.ts'
import { Deploys } from './deploys.ts'
import type { Listener, WorldEvent } from './events.ts'
import { consumeEvents, consumeRecords, consumeWakes, consumeWork } from './functions.ts'
import { type Chain, type FunctionName, Invocation } from './invocation.ts'
import { Network } from './network.ts'
import type { SimRandom } from './random.ts'
import { Scheduler } from './scheduler.ts'
import type { PreviousSchedule } from './schedules.ts'
import { consumeSchedules } from './schedules-by-hand.ts'
import { SimulatedQueue } from './sqs.ts'
import { SimulatedStream } from './stream.ts'
import { drawnSurroundings, type Surroundings } from './surroundings.ts'
import { Throughput } from './throughput.ts'
import { startTicks } from './ticks.ts'
import { startExpiry } from './ttl.ts'

/** As the construct sets them up (cdk/queues.ts, cdk/functions.ts). */
/** A program that is run by a person or a server has no timeout, but nobody waits for it for ever. */
const PROGRAM_MS = 55_000
const TIMEOUTS_MS: Readonly<Record<Exclude<FunctionName, 'worker'>, number>> = {
  dispatcher: DISPATCHER_TIMEOUT_MS,
  ingest: INGEST_TIMEOUT_MS,
  tick: TICK_TIMEOUT_MS,
  deployer: TICK_TIMEOUT_MS,
  client: PROGRAM_MS,
  admin: PROGRAM_MS,
}
/** What callers and operators are told, and what Lambda is told to deliver again. */
const EXPECTED = ['BooksBusyError', 'EnqueueIncompleteError', 'InvalidJobError', 'ScheduleBusyError']
/** Lambda's recursive loop detection, where a function does not allow loops. */
export const LONGEST_CHAIN = 16

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  /** The function died or threw; or the account had no room for it, and it never began. */
  | { readonly ok: false; readonly throttled: boolean }

const refuses = ({ weather }: Plan): boolean => weather === 'rough' || weather === 'refusing'

export class World {
  readonly scheduler: Scheduler
  readonly random: SimRandom
  readonly faults: Faults
  readonly plan: Plan
  readonly network: Network
  readonly tables: Tables = emptyTables()
  /** How often each job's handler has slowed its partition down. */
  readonly slowDowns = new Map<string, number>()
  /** How many times a handler was called. */
  calls = 0
  /** What stands in the Payloads bucket. */
  readonly objects = new Map<string, MemoryObject>()
  readonly throughput: Throughput | undefined
  readonly deploys: Deploys
  readonly previous = new Map<string, ShardState | undefined>()
  readonly previousSchedules = new Map<string, PreviousSchedule>()
  /** Shard → when somebody last wrote its override past the product. */
  readonly writtenByHand = new Map<string, number>()
  readonly work: SimulatedQueue
  readonly wake: SimulatedQueue
  readonly events: SimulatedQueue
  readonly stream: SimulatedStream
  readonly scheduleStream: SimulatedStream
  /** Schedules that are still to be removed before the run can end. */
  schedulesLeft: number
  /** Then no deploy makes any either. */
  areSchedulesOver = false
  readonly #listeners: Listener[] = []
  readonly #concurrency: Concurrency
  readonly #surroundings: Surroundings
  #invocations = 0
  #tokens = 0

  /** @param surroundings Default: those that the simulation draws. */
  constructor(
    random: SimRandom,
    plan: Plan,
    faults: Faults,
    surroundings: Surroundings = drawnSurroundings(refuses(plan)),
  ) {
    this.#surroundings = surroundings
    this.random = random
    this.plan = plan
    this.schedulesLeft = plan.schedules ? namesIn(plan).length : 0
    this.faults = faults
    this.scheduler = new Scheduler(random.fork(), plan.epoch_ms)
    this.throughput = surroundings.throttlesKeys ? new Throughput(this.scheduler, plan.keyShare) : undefined
    const parts = { scheduler: this.scheduler, random: random.fork(), faults, emit: this.emit, surroundings }
    this.network = new Network({ ...parts, random: random.fork() })
    this.#concurrency = new Concurrency(() => (faults.on ? (plan.accountConcurrency ?? Infinity) : Infinity))
    const longestChain = plan.loopDetection ? LONGEST_CHAIN : Number.POSITIVE_INFINITY
    const queue = (
      name: string,
      fn: FunctionName,
      visibility_ms: number,
      batchSize: number,
      maxReceives: number,
    ) => ({
      name,
      fn,
      longestChain,
      visibility_ms,
      batchSize,
      maxReceives,
    })
    const { wakeConcurrency } = surroundings
    const workers = plan.maxWorkers === undefined ? {} : { maxConcurrency: plan.maxWorkers }
    const wakes = wakeConcurrency === undefined ? {} : { maxConcurrency: wakeConcurrency }
    this.work = new SimulatedQueue(
      parts,
      {
        ...queue(
          'work',
          'worker',
          plan.workerTimeout_ms + WORK_COMES_BACK_MS,
          plan.workerBatch,
          WORK_RECEIVES,
        ),
        ...workers,
      },
      consumeWork(this),
    )
    this.wake = new SimulatedQueue(
      parts,
      { ...queue('wake', 'dispatcher', WAKE_VISIBILITY_MS, 10, WAKE_RECEIVES), ...wakes },
      consumeWakes(this),
    )
    this.events = new SimulatedQueue(
      parts,
      queue('ingest', 'ingest', INGEST_VISIBILITY_MS, 10, INGEST_RECEIVES),
      consumeEvents(this),
    )
    this.stream = new SimulatedStream(parts, consumeRecords(this))
    this.scheduleStream = new SimulatedStream(parts, consumeSchedules(this))
    this.tables.onInsert = (item) => this.stream.append(item)
    this.tables.onChange = (item) => this.stream.append(item)
    this.deploys = new Deploys(this, plan.epoch_ms, (by) => applySchedules(this, by))
    for (const deploy of plan.deploys) this.scheduler.at(deploy.at, () => this.deploys.start(deploy))
    startTicks(this)
    startExpiry(this)
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
    ended: (outcome: Outcome<T>) => void = () => {},
    chain: Chain = {},
  ): void {
    const leave = this.#concurrency.admit(fn)
    if (!leave) {
      this.emit({ kind: 'throttled', fn })
      ended({ ok: false, throttled: true })
      return
    }
    this.scheduler.after(this.#surroundings.start_ms(this.random, fn), () => {
      const died = () => ended({ ok: false, throttled: false })
      const invocation = this.#invocation(fn, chain, leave, died)
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
    })
  }

  /** Faults are thrown on purpose; any other error is the product's mistake. */
  expected(error: unknown): void {
    if (error instanceof SimulatedFault) return
    if (error instanceof LeftToNewerError) {
      this.emit({ kind: 'leftToNewer' })
      return
    }
    if (error instanceof Error && EXPECTED.includes(error.name)) return
    this.emit({
      kind: 'surprise',
      text: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }

  #invocation(fn: FunctionName, chain: Chain, leave: () => void, died: () => void): Invocation {
    const timeout_ms = { ...TIMEOUTS_MS, worker: this.plan.workerTimeout_ms }[fn]
    const skew_ms = this.random.int(-this.plan.maxSkew_ms, this.plan.maxSkew_ms)
    const of = { id: ++this.#invocations, fn, skew_ms, timeout_ms, chain, version: this.#version() }
    const invocation: Invocation = new Invocation(this.scheduler, of, (how) => {
      leave()
      this.emit({ kind: 'over', by: invocation, how })
      if (how !== 'done') died()
    })
    return invocation
  }

  /** While a deploy is under way, old and new functions run side by side. */
  #version(): number {
    const [last, before] = [...this.deploys.rollouts].reverse()
    const isOld = before && last && this.scheduler.now < last.until && this.random.chance(0.5)
    return (isOld ? before : last)?.version ?? 0
  }

  #retire(invocation: Invocation, how: string): void {
    invocation.stop(how)
  }
}
