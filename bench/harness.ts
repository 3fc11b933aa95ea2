/** The product's own code on the real engine, in one process: only the queues and Lambda are played by hand. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Database, TableNames } from '../lib/adapters/dynamodb/database.ts'
import { dynamoStore } from '../lib/adapters/dynamodb/store.ts'
import { eventsToLog } from '../lib/adapters/events/to-log.ts'
import { memoryPayloads } from '../lib/adapters/memory/payloads.ts'
import { memoryQueues } from '../lib/adapters/memory/queues.ts'
import { systemClock, systemRandom } from '../lib/adapters/system/clock.ts'
import { sizesOf } from '../lib/core/job/counted.ts'
import type { TaskOutcome } from '../lib/core/job/ending.ts'
import type { Job, JobItem } from '../lib/core/job/job.ts'
import type { Labels } from '../lib/core/job/labels.ts'
import { newJob } from '../lib/core/job/new-job.ts'
import type { ShardKey } from '../lib/core/keys.ts'
import type { Config } from '../lib/core/queue/config.ts'
import { NO_SETTINGS } from '../lib/core/queue/queue-settings.ts'
import { LAMBDA_LONGEST_MS } from '../lib/core/times.ts'
import type { Clock } from '../lib/ports/clock.ts'
import type { Logger } from '../lib/ports/logger.ts'
import type { WorkMessage } from '../lib/ports/queues.ts'
import { arrive } from '../lib/use-cases/arrive.ts'
import { execute } from '../lib/use-cases/attempt/execute.ts'
import type { WorkerContext } from '../lib/use-cases/context.ts'
import { putAll } from '../lib/use-cases/enqueue.ts'
import { putNew } from '../lib/use-cases/enqueue-once.ts'
import { pass } from '../lib/use-cases/pass/pass.ts'
import { readAssembly } from '../local/assembly.ts'
import { createTables, startDynamo } from '../local/engines/dynamodb.ts'
import { readStack } from '../local/resources/stack.ts'
import { synth } from '../local/synth.ts'
import { countUnits, type Units } from './counting.ts'

const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error }

export interface Bench extends AsyncDisposable {
  /** Where the engine answers. */
  readonly endpoint: string
  readonly units: Units
  /** A world of its own: new tables, new queues. By the machine's clock, if it has no other. */
  scenario(config: Config, clock?: Clock): Promise<Scenario>
}

export async function startBench(): Promise<Bench> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-bench-'))
  const engine = await startDynamo({ dir, endpoint: process.env['DYNAMODB_ENDPOINT'], notice: console.error })
  const client = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  })
  const { tables } = readStack(readAssembly(await synth()), engine.endpoint)
  const units = countUnits(client)
  let scenarios = 0
  return {
    endpoint: engine.endpoint,
    units,
    scenario: async (config, clock) => {
      const suffix = `-${process.pid}-${scenarios++}`
      // The stream costs nothing in DynamoDB; here it only slows the engine down.
      const renamed = tables.map(({ create, ...table }) => {
        const { StreamSpecification: _, ...rest } = create
        return { ...table, name: table.name + suffix, create: { ...rest, TableName: table.name + suffix } }
      })
      await createTables(client, renamed)
      return new Scenario(config, { client, tables: tableNames(renamed.map(({ name }) => name)) }, clock)
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await engine.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

function tableNames(names: readonly string[]): TableNames {
  const find = (part: string) => names.find((name) => name.includes(part)) ?? part
  return {
    jobs: find('JobsTable'),
    state: find('StateTable'),
    history: find('HistoryTable'),
    schedules: find('SchedulesTable'),
  }
}

export interface Jobs {
  /** How much is in each payload, beside the customer. Default: nothing. */
  readonly payload_bytes?: number
  /** Epoch ms. Default: now. */
  readonly runAt?: number
  /** Default: one of its own. */
  readonly id?: string
  readonly labels?: Labels
}

const NOBODY_DEPLOYS = { isReplaced: async () => false, isAlone: async () => true }

export class Scenario {
  readonly context: WorkerContext
  readonly #sent: ReturnType<typeof memoryQueues>['sent']
  readonly database: Database
  readonly #retried: ShardKey[] = []
  #jobs = 0

  constructor(config: Config, database: Database, clock: Clock = systemClock) {
    this.database = database
    const { work, wake, sent } = memoryQueues()
    this.#sent = sent
    const store = dynamoStore(database)
    this.context = {
      config,
      store,
      payloads: memoryPayloads(clock.now),
      work,
      wake,
      clock,
      random: systemRandom,
      events: eventsToLog(quiet),
      deployment: { ...NOBODY_DEPLOYS, settings: async () => NO_SETTINGS },
    }
  }

  /** The same tables under another configuration, as after a deploy. Messages on their way are not taken along. */
  deploy(config: Config): Scenario {
    return new Scenario(config, this.database, this.context.clock)
  }

  newJob(
    customer: string,
    { payload_bytes = 0, runAt = this.context.clock.now(), id = this.#newId(), labels }: Jobs = {},
  ): JobItem {
    const payload = { customer, ...(payload_bytes > 0 ? { blob: 'x'.repeat(payload_bytes) } : {}) }
    const asked = { id, queue: 'crm', task: 'sync', payload, runAt, ...labels }
    const job = newJob(this.context.config, asked, this.context.clock.now())
    if (!job.ok) throw new Error(job.reason)
    return job.value
  }

  #newId = (): string => `job-${String(this.#jobs++).padStart(22, '0')}`

  /** One job, put and announced as the stream would. */
  async put(customer: string, jobs: Jobs = {}): Promise<void> {
    const item = this.newJob(customer, jobs)
    await putNew(this.context.store, { item, ...sizesOf(this.context.config, item) })
    await arrive(this.context, [{ id: item.sk, item }])
  }

  /** A backlog, announced once. */
  async putMany(customer: string, count: number, jobs: Jobs = {}): Promise<void> {
    await this.putItems(Array.from({ length: count }, () => this.newJob(customer, jobs)))
  }

  async putItems(items: readonly JobItem[]): Promise<void> {
    await putAll(this.context.store, items)
    for (const shard of new Set(items.map(({ pk }) => pk))) await pass(this.context, { shard })
  }

  /** What was tried and failed comes again, as the stream would announce it, and shards are visited that somebody has woken. */
  async #next(): Promise<WorkMessage | undefined> {
    const woken = this.#sent.wakes.splice(0).flatMap((wake) => ('shard' in wake ? [wake.shard] : []))
    for (const shard of [...this.#retried.splice(0), ...new Set(woken)]) await pass(this.context, { shard })
    return this.#sent.work.shift()
  }

  /** Forgets the messages sent so far: their jobs stay in flight. */
  dropWork(): void {
    this.#sent.work.length = 0
  }

  /**
   * Delivers work messages until so many jobs have run; each invocation has time for `perInvocation` of them.
   * @param onStart called whenever a handler starts
   * @param run what handlers do
   */
  async work(
    jobs: number,
    perInvocation: number,
    onStart: () => void = () => {},
    run: (job: Job) => TaskOutcome = () => ({ kind: 'succeeded' }),
  ): Promise<void> {
    let ran = 0
    while (ran < jobs) {
      const message = this.#sent.work.shift() ?? (await this.#next())
      if (!message) throw new Error(`only ${ran} of ${jobs} jobs came`)
      let left = Math.min(perInvocation, jobs - ran)
      const remaining_ms = () => (left > 0 ? LAMBDA_LONGEST_MS : 1000)
      const invocation = { remaining_ms, redelivered: false, sentAt: this.context.clock.now() }
      await execute(this.context, message, invocation, async (job) => {
        onStart()
        ran++
        left--
        const outcome = run(job)
        if (outcome.kind === 'failed') this.#retried.push(job.key.pk)
        return outcome
      })
    }
  }
}
