/** The stack of schedules on the local cloud, with a client that has no rights but those of `grantSchedule`. */
import { rm } from 'node:fs/promises'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { marshall } from '@aws-sdk/util-dynamodb'
import { type Client, createClient, type DeadLetter } from '../../../lib/index.ts'
import { type Cloud, startCloud } from '../../../local/cloud.ts'
import { synth } from '../../../local/synth.ts'
import { Watch } from '../permissions/watch.ts'
import { Recorder } from '../recorder.ts'
import { configOf, type Version } from './config.ts'

async function assemblyOf(version: Version): Promise<string> {
  process.env['SCHEDULES_VERSION'] = version
  return synth({ app: 'node test/e2e/schedules/app.ts' })
}

export class ScheduleWorld {
  static async start(): Promise<ScheduleWorld> {
    const recorder = new Recorder()
    process.env['RECORDER_URL'] = await recorder.listen()
    const assembly = await assemblyOf('first')
    const watch = new Watch()
    const cloud = await startCloud({ assembly, call: watch.call })
    return new ScheduleWorld(cloud, recorder, assembly, watch)
  }

  readonly cloud: Cloud
  readonly recorder: Recorder
  readonly client: Client<'reports'>
  readonly #operator: Client<'reports'>
  readonly #dynamodb: DynamoDBClient
  readonly #assemblies: string[]
  readonly #watch: Watch

  private constructor(cloud: Cloud, recorder: Recorder, assembly: string, watch: Watch) {
    this.cloud = cloud
    this.recorder = recorder
    this.#assemblies = [assembly]
    this.#watch = watch
    this.client = this.#clientAs('Scheduler')
    this.#operator = this.#clientAs(cloud.credentials.accessKeyId)
    const { region, credentials, endpoints } = cloud
    this.#dynamodb = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb })
  }

  #clientAs(role: string): Client<'reports'> {
    const { region, credentials, endpoints, outputs } = this.cloud
    const common = { region, credentials: { ...credentials, accessKeyId: role } }
    return createClient({
      config: configOf('first'),
      jobsTable: outputs['JobsTableName'] ?? '',
      stateTable: outputs['StateTableName'] ?? '',
      historyTable: outputs['HistoryTableName'] ?? '',
      schedulesTable: outputs['SchedulesTableName'] ?? '',
      wakeQueueUrl: outputs['WakeQueueUrl'] ?? '',
      dynamodb: new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb }),
      sqs: new SQSClient({ ...common, endpoint: endpoints.sqs }),
    })
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
