/** The stack of schedules on the local cloud, with a client that has no rights but those of `grantSchedule`. */
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { marshall } from '@aws-sdk/util-dynamodb'
import { type AdminClient, createAdmin } from '../../../lib/admin.ts'
import { type Client, createClient, type DeadLetter, ScheduleBusyError } from '../../../lib/index.ts'
import { type Cloud, startCloud } from '../../../local/cloud.ts'
import { synth } from '../../../local/synth.ts'
import { Watch } from '../permissions/watch.ts'
import { Recorder } from '../recorder.ts'
import { configOf, type Version } from './config.ts'
import { Starts } from './starts.ts'
import { report } from './tasks.ts'

async function assemblyOf(version: Version): Promise<string> {
  process.env['SCHEDULES_VERSION'] = version
  return synth({ app: 'node test/e2e/schedules/app.ts' })
}

/** As its caller is told to do: while jobs of its shard start, those put ahead are not easily taken back. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof ScheduleBusyError)) throw error
    }
}

/** Where a client puts what it schedules. Absent: where the configuration says. */
type SchedulePartition = (name: string, count: number) => number

interface Deployed {
  readonly version: Version
  readonly assembly: string
  readonly watch: Watch
}
const SHORT_MINUTE_MS = 5000

export class ScheduleWorld {
  static async start(version: Version): Promise<ScheduleWorld> {
    const recorder = new Recorder()
    process.env['RECORDER_URL'] = await recorder.listen()
    const assembly = await assemblyOf(version)
    const watch = new Watch()
    const cloud = await startCloud({ assembly, call: watch.call })
    return new ScheduleWorld(cloud, recorder, { version, assembly, watch })
  }

  readonly cloud: Cloud
  readonly recorder: Recorder
  readonly starts: Starts
  /** With the configuration of the first deploy. */
  readonly client: Client<'reports'>
  readonly #operator: Client<'reports'>
  readonly #dynamodb: DynamoDBClient
  readonly #assemblies: string[]
  readonly #watch: Watch

  private constructor(cloud: Cloud, recorder: Recorder, { version, assembly, watch }: Deployed) {
    this.cloud = cloud
    this.recorder = recorder
    this.starts = new Starts(recorder)
    this.#assemblies = [assembly]
    this.#watch = watch
    this.client = this.clientOf(version)
    const { region, credentials, endpoints } = cloud
    this.#operator = createClient(this.#optionsOf(version, credentials.accessKeyId))
    this.#dynamodb = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb })
  }

  /** One that has the rights of `grantSchedule` alone. */
  clientOf(version: Version, schedulePartition?: SchedulePartition): Client<'reports'> {
    const options = this.#optionsOf(version, 'Scheduler')
    return createClient({ ...options, ...(schedulePartition ? { schedulePartition } : {}) })
  }

  /** One that has the rights of `grantManage` alone. */
  adminOf(version: Version): AdminClient<'reports'> {
    return createAdmin(this.#optionsOf(version, 'Manager'))
  }

  #optionsOf(version: Version, role: string) {
    const { region, credentials, endpoints, outputs } = this.cloud
    const common = { region, credentials: { ...credentials, accessKeyId: role } }
    return {
      config: configOf(version),
      jobsTable: outputs['JobsTableName'] ?? '',
      stateTable: outputs['StateTableName'] ?? '',
      historyTable: outputs['HistoryTableName'] ?? '',
      schedulesTable: outputs['SchedulesTableName'] ?? '',
      wakeQueueUrl: outputs['WakeQueueUrl'] ?? '',
      dynamodb: new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb }),
      sqs: new SQSClient({ ...common, endpoint: endpoints.sqs }),
    }
  }

  async unscheduled(name: string): Promise<void> {
    await patiently(() => this.client.unschedule(report, name, { force: true }))
  }

  /** The clock's tick comes each few seconds from now on, and not each minute. */
  shortenMinute(): AsyncDisposable {
    const over = new AbortController()
    const ticking = this.#tickUntil(over.signal)
    return {
      [Symbol.asyncDispose]: async () => {
        over.abort()
        await ticking
      },
    }
  }

  /** One after the other: on a busy machine they would pile up. */
  async #tickUntil(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.cloud.fire('JobsTickRule')
      await sleep(SHORT_MINUTE_MS, undefined, { signal: over }).catch(() => {})
    }
  }

  /** A schedule as any language would put it. */
  async rawPut(item: Record<string, unknown>): Promise<void> {
    const table = this.cloud.outputs['SchedulesTableName']
    await this.#dynamodb.send(new PutItemCommand({ TableName: table, Item: marshall(item) }))
  }

  deadLetters(queue: 'reports'): Promise<DeadLetter[]> {
    return Array.fromAsync(this.#operator.deadLetters(queue))
  }

  /** As the next deploy of the user would. */
  async deploy(version: Version): Promise<void> {
    const assembly = await assemblyOf(version)
    this.#assemblies.push(assembly)
    await this.cloud.update(assembly)
  }

  /** @throws if IAM would have refused a call by the template */
  async stop(): Promise<void> {
    await this.cloud.stop()
    this.recorder.close()
    this.#watch.judge(...this.#assemblies)
    for (const assembly of this.#assemblies) await rm(assembly, { recursive: true, force: true })
  }
}
