/**
 * Sluice on the memory store, with a clock that stands still and messages that are delivered by hand. Nothing
 * happens by itself: a test puts items, delivers what it wants when it wants, and looks at what became of it.
 */
import { eventsToAll } from '../../lib/adapters/events/to-all.ts'
import { eventsToMetrics } from '../../lib/adapters/events/to-metrics.ts'
import { ItemCollection } from '../../lib/adapters/memory/item-collection.ts'
import { type MemoryObject, memoryPayloads } from '../../lib/adapters/memory/payloads.ts'
import { memoryQueues } from '../../lib/adapters/memory/queues.ts'
import { memoryStore } from '../../lib/adapters/memory/store.ts'
import { emptyTables } from '../../lib/adapters/memory/tables.ts'
import type { EventKind, SluiceEvent } from '../../lib/core/event.ts'
import type { DeadLetter } from '../../lib/core/job/dead-letter.ts'
import type { TaskOutcome } from '../../lib/core/job/ending.ts'
import type { Job, RawItem } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import type { Config } from '../../lib/core/queue/config.ts'
import { emptyState, type ShardState } from '../../lib/core/shard/state.ts'
import type { MetricName } from '../../lib/ports/metrics.ts'
import type { DelayedFire, DelayedWake, WorkMessage } from '../../lib/ports/queues.ts'
import { arrive } from '../../lib/use-cases/arrive.ts'
import { execute, type RunTask } from '../../lib/use-cases/attempt/execute.ts'
import type { WorkerContext } from '../../lib/use-cases/context.ts'
import { pass } from '../../lib/use-cases/pass/pass.ts'
import { sweep } from '../../lib/use-cases/sweep/sweep.ts'
import { tick } from '../../lib/use-cases/tick.ts'
import { wakeUp } from '../../lib/use-cases/wake-up.ts'
import { asToken, NOW, SHARD } from './builders.ts'

const succeed = async (): Promise<TaskOutcome> => ({ kind: 'succeeded' })

export class World {
  now = NOW
  /** What each attempt saw, in order. */
  readonly attempts: { readonly id: string; readonly at: number; readonly attempt: number }[] = []
  readonly running = new Set<string>()
  mostAtOnce = 0
  /** What handlers do. */
  handler: (job: Job) => Promise<TaskOutcome> = succeed
  /** How long an invocation of the worker has left. By default too little for a second job. */
  remaining_ms = 60_000
  readonly tables = emptyTables()
  /** What was counted for the alarms. */
  readonly counted: { readonly name: MetricName; readonly value: number }[] = []
  /** What the use cases said has happened. */
  readonly happened: SluiceEvent[] = []
  /** Whether a deploy has replaced the configuration of these functions. */
  isReplaced = false
  /** Whether no deploy is under way by which other functions decide, too. */
  isAlone = true
  /** What stands in the Payloads bucket. */
  readonly objects = new Map<string, MemoryObject>()
  readonly context: WorkerContext
  #arrived: RawItem[] = []
  /** The ids of the jobs of each call of a batch's handler, in order. */
  readonly batches: string[][] = []
  readonly #runner: RunTask = Object.assign((job: Job) => this.#run(job), {
    batch: (jobs: readonly Job[]) => {
      this.batches.push(jobs.map(({ id }) => id))
      return Promise.all(jobs.map((job) => this.#run(job)))
    },
  })
  readonly #queues = memoryQueues()
  readonly #wakes: ((DelayedWake | DelayedFire) & { readonly at: number })[] = []
  readonly #sentAt = new WeakMap<WorkMessage, number>()
  #tokens = 0

  constructor(config: Config) {
    this.tables.onInsert = (item) => void this.#arrived.push(item)
    this.context = {
      config,
      store: memoryStore(this.tables),
      payloads: memoryPayloads(() => this.now, this.objects),
      work: {
        send: async (messages) => {
          for (const message of messages) this.#sentAt.set(message, this.now)
          await this.#queues.work.send(messages)
        },
      },
      wake: {
        send: async (wakes) =>
          void this.#wakes.push(
            ...wakes.map((wake) => ({ ...wake, at: this.now + Math.floor(wake.delay_ms / 1000) * 1000 })),
          ),
      },
      clock: { now: () => this.now, sleep: (delay_ms) => this.#sleep(delay_ms) },
      random: { number: () => 0.5, token: () => asToken(`token-${this.#tokens++}`) },
      events: eventsToAll(
        { emit: (event) => void this.happened.push(event) },
        eventsToMetrics({ count: (name, value) => void this.counted.push({ name, value }) }),
      ),
      deployment: {
        isReplaced: async () => this.isReplaced,
        isAlone: async () => this.isAlone,
        settings: () => this.context.store.states.queueSettings(),
      },
    }
  }

  /** As any program would: whatever it is, under its two keys. */
  put(...items: readonly RawItem[]): void {
    for (const raw of items) {
      const shard = this.tables.jobs.get(raw.pk) ?? new ItemCollection()
      this.tables.jobs.set(raw.pk, shard.set(raw.sk, raw))
      this.#arrived.push(raw)
    }
  }

  /** The stream. Returns what it has to deliver again. */
  async stream(): Promise<number[]> {
    const items = this.#arrived.splice(0)
    return arrive(
      this.context,
      items.map((item, id) => ({ id, item })),
    )
  }

  /** Takes all work messages out of the queue, to be delivered, kept back or lost. */
  takeWork(): WorkMessage[] {
    return this.#queues.sent.work.splice(0)
  }

  /** Delivers one work message to a worker. */
  async work(message: WorkMessage, redelivered = false): Promise<void> {
    const sentAt = this.#sentAt.get(message)
    const invocation = {
      remaining_ms: () => this.remaining_ms,
      redelivered,
      ...(sentAt === undefined ? {} : { sentAt }),
    }
    await execute(this.context, message, invocation, this.#runner)
  }

  /** Delivers every wake-up whose time has come. */
  async wake(): Promise<number> {
    const due = this.#wakes.filter(({ at }) => at <= this.now)
    this.#wakes.splice(0, Infinity, ...this.#wakes.filter(({ at }) => at > this.now))
    for (const { delay_ms: _, at: __, ...message } of due) await wakeUp(this.context, message)
    return due.length
  }

  /** Takes all wake-ups of shards that are on their way, to be delivered, kept back or lost. */
  takeWakes(): DelayedWake[] {
    const taken = this.#wakes.filter((wake) => 'shard' in wake)
    this.#wakes.splice(0, Infinity, ...this.#wakes.filter((wake) => !('shard' in wake)))
    return taken
  }
  /** The same for messages that fire schedules. */
  takeFires(): DelayedFire[] {
    const taken = this.#wakes.filter((wake) => 'fire' in wake)
    this.#wakes.splice(0, Infinity, ...this.#wakes.filter((wake) => !('fire' in wake)))
    return taken
  }

  /** When the next wake-up will arrive. */
  get nextWake(): number | undefined {
    return this.#wakes.map(({ at }) => at).sort((a, b) => a - b)[0]
  }

  tick = (): Promise<number> => tick(this.context)
  sweep = (): Promise<number> => sweep(this.context)
  pass = (shard: ShardKey = SHARD) => pass(this.context, { shard })

  /** Delivers everything that is on its way, until nothing is. */
  async settle(): Promise<void> {
    for (let round = 0; round < 1000; round++) {
      if (this.#arrived.length > 0) await this.stream()
      const messages = this.takeWork()
      await Promise.all(messages.map((message) => this.work(message)))
      const woken = await this.wake()
      if (this.#arrived.length === 0 && messages.length === 0 && woken === 0) return
    }
    throw new Error('it never settles')
  }

  /** Moves the clock from wake-up to wake-up, settling at each, for so long. */
  async live(duration_ms: number): Promise<void> {
    const end = this.now + duration_ms
    await this.settle()
    for (let next = this.nextWake; next !== undefined && next <= end; next = this.nextWake) {
      this.now = next
      await this.settle()
    }
    this.now = end
  }

  state(shard: ShardKey = SHARD): ShardState {
    return this.tables.states.get(shard) ?? emptyState(shard)
  }
  /** What happened of one kind, in its order. */
  heard<Kind extends EventKind>(kind: Kind): Extract<SluiceEvent, { kind: Kind }>[] {
    return this.happened.filter((event): event is Extract<SluiceEvent, { kind: Kind }> => event.kind === kind)
  }
  get inFlight(): string[] {
    return [...this.tables.states.values()].flatMap(({ slots }) => Object.keys(slots))
  }
  get jobs(): RawItem[] {
    return [...this.tables.jobs.values()].flatMap((shard) => [...shard.values()])
  }
  get dead(): readonly DeadLetter[] {
    return this.tables.history
  }
  get ran(): string[] {
    return this.attempts.map(({ id }) => id)
  }

  async #sleep(delay_ms: number): Promise<void> {
    const until = this.now + delay_ms
    await Promise.resolve()
    this.now = Math.max(this.now, until)
  }

  async #run(job: Job): Promise<TaskOutcome> {
    if (this.running.has(job.id)) throw new Error(`${job.id} runs twice simultaneously`)
    this.running.add(job.id)
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running.size)
    this.attempts.push({ id: job.id, at: this.now, attempt: job.attempt })
    try {
      return await this.handler(job)
    } finally {
      this.running.delete(job.id)
    }
  }
}
