/** A world for those who measure: without faults, deploys and edits, one configuration, and surroundings of their own. */
import { putJob } from '../../../lib/adapters/memory/tables.ts'
import { messageBody } from '../../../lib/adapters/sqs/messages.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import type { QueueInput } from '../../../lib/core/queue/config.ts'
import { putAll } from '../../../lib/use-cases/enqueue.ts'
import { Faults } from '../faults/rates.ts'
import { taskOf } from '../workloads/handlers.ts'
import type { Plan } from '../workloads/plan.ts'
import type { PoolsPlan } from '../workloads/queues.ts'
import { versionOf } from '../workloads/versions.ts'
import { contextOf } from './context.ts'
import { installGlobals } from './globals.ts'
import { SimRandom } from './random.ts'
import type { Surroundings } from './surroundings.ts'
import { World } from './world.ts'

/** Any time will do, but not the machine's. */
const EPOCH_MS = Date.UTC(2025, 5, 15, 12)
const WORKER_TIMEOUT_MS = 60_000

export interface CalmSettings {
  readonly seed: number
  readonly queues: Readonly<Record<string, QueueInput>>
  readonly pools?: PoolsPlan
  readonly surroundings: Surroundings
  /** How many workers run simultaneously at most. */
  readonly workers: number
  /** How many functions the account runs simultaneously. */
  readonly accountConcurrency: number
}

export interface CalmJob {
  readonly queue: string
  readonly tenant: string
  readonly id: string
  readonly takes_ms: number
  /** What it takes of which pools beside what its queue says: it lies in a lane of its partition. */
  readonly pools?: Readonly<Record<string, number>>
}

export class CalmWorld {
  readonly world: World
  readonly begin = EPOCH_MS
  readonly #random: SimRandom

  constructor({ seed, queues, pools = {}, surroundings, workers, accountConcurrency }: CalmSettings) {
    this.#random = new SimRandom(seed)
    const plan: Plan = {
      epoch_ms: EPOCH_MS,
      versions: [versionOf(queues, pools)],
      deploys: [],
      workerTimeout_ms: WORKER_TIMEOUT_MS,
      workerBatch: 1,
      maxWorkers: workers,
      accountConcurrency,
      loopDetection: false,
      weather: 'calm',
      maxSkew_ms: 0,
      jobs: [],
      limiterActs: [],
      overrides: [],
      edits: [],
      cancels: [],
      faultsUntil: Number.POSITIVE_INFINITY,
    }
    const faults = new Faults(this.#random.fork(), plan.weather)
    this.world = new World(this.#random.fork(), plan, faults, surroundings)
  }

  /** Jobs that stand there already; each of their shards is woken once. */
  stand(jobs: readonly CalmJob[]): void {
    const { tables, wake } = this.world
    const items = jobs.map((job) => this.#itemOf(job))
    for (const item of items) putJob({ jobs: tables.jobs }, item)
    for (const shard of new Set(items.map(({ pk }) => pk))) wake.send(messageBody({ shard }))
  }

  /** A client puts them, as many as there are. */
  put(at: number, jobs: readonly CalmJob[]): void {
    const { world } = this
    world.scheduler.at(at, () => {
      const items = jobs.map((job) => this.#itemOf(job))
      world.invoke('client', (by) => putAll(contextOf(world, by).store, items))
    })
  }

  /** Goes on for so long in virtual time. The machine's timers are the world's meanwhile. */
  async run(duration_ms: number): Promise<void> {
    const { scheduler } = this.world
    const restore = installGlobals(scheduler, this.#random.fork())
    try {
      await scheduler.run(scheduler.now + duration_ms)
    } finally {
      restore()
    }
  }

  #itemOf({ queue, tenant, id, takes_ms, pools }: CalmJob): JobItem {
    const { plan, scheduler } = this.world
    const payload = { tenant, handler: { bad: 0, how: 'throw', takes_ms } }
    const job = { queue, task: taskOf(queue), payload, id, ...(pools ? { pools } : {}) }
    const item = newJob(plan.versions[0].config, job, scheduler.now)
    if (!item.ok) throw new Error(item.reason)
    return item.value
  }
}
