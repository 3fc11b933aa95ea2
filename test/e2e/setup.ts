/** The whole stack on the local cloud, with clients that talk to it as a user's would. */
import { DeleteItemCommand, DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { type AdminClient, createAdmin } from '../../lib/admin.ts'
import { type Client, createClient, type DeadLetter } from '../../lib/index.ts'
import { type Call, type Cloud, type CloudOptions, startCloud } from '../../local/cloud.ts'
import { synth } from '../../local/synth.ts'
import config from './app/config.ts'
import { Delays } from './delays.ts'
import { Watch } from './permissions/watch.ts'
import { Recorder } from './recorder.ts'

export type QueueName = keyof typeof config.queues
type Names = [
  QueueName,
  keyof typeof config.apps,
  keyof typeof config.pools,
  (typeof config.tags)[number]['key'],
]
type TypedClient = Client<Names[0], Names[1], Names[2], Names[3]>
type TypedAdmin = AdminClient<Names[0], Names[1], Names[2], Names[3]>

interface Beside extends Pick<World, 'recorder' | 'assembly' | 'delays'> {
  readonly watch: Watch
}

export class World {
  readonly cloud: Cloud
  readonly recorder: Recorder
  readonly client: TypedClient
  /** What `cdk synth` has left. */
  readonly assembly: string
  /** Calls of functions and clients that are to take long. */
  readonly delays: Delays
  readonly #watch: Watch
  readonly #dynamodb: DynamoDBClient
  readonly #events: EventBridgeClient
  readonly #s3: S3Client

  /** One that writes down what is called and, in the end, throws if IAM would have refused any of it. That takes time. */
  static async watched(options: Partial<CloudOptions> = {}): Promise<World> {
    const [recorder, watch, delays] = [new Recorder(), new Watch(), new Delays()]
    process.env['RECORDER_URL'] = await recorder.listen()
    const assembly = await synth({ app: 'node test/e2e/app/app.ts' })
    const call = (one: Call): Promise<void> => {
      watch.call(one)
      return delays.delay(one)
    }
    const cloud = await startCloud({ ...options, call, assembly })
    return new World(cloud, { recorder, assembly, watch, delays })
  }

  private constructor(cloud: Cloud, { recorder, assembly, watch, delays }: Beside) {
    this.cloud = cloud
    this.recorder = recorder
    this.assembly = assembly
    this.delays = delays
    this.#watch = watch
    const { dynamodb, events, s3 } = this.#clients(cloud.credentials)
    this.#dynamodb = dynamodb
    this.#events = events
    this.#s3 = s3
    this.client = this.clientAs(cloud.credentials.accessKeyId)
  }

  #clients(credentials: Cloud['credentials']) {
    const { region, endpoints } = this.cloud
    return {
      dynamodb: new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb }),
      events: new EventBridgeClient({ region, credentials, endpoint: endpoints.events }),
      s3: new S3Client({ region, credentials, endpoint: endpoints.s3 ?? '' }),
      sqs: new SQSClient({ region, credentials, endpoint: endpoints.sqs }),
    }
  }

  /** One that signs with the key of a role of the template. */
  clientAs(role: string): TypedClient {
    return createClient(this.#optionsAs(role))
  }

  adminAs(role: string): TypedAdmin {
    return createAdmin(this.#optionsAs(role))
  }

  /** With the rights of the one that every test has. */
  get admin(): TypedAdmin {
    return this.adminAs(this.cloud.credentials.accessKeyId)
  }

  #optionsAs(role: string) {
    return {
      config,
      jobsTable: this.output('JobsTableName'),
      stateTable: this.output('StateTableName'),
      historyTable: this.output('HistoryTableName'),
      schedulesTable: this.output('SchedulesTableName'),
      wakeQueueUrl: this.output('WakeQueueUrl'),
      payloadsBucket: this.output('PayloadsBucketName'),
      ...this.#clients({ ...this.cloud.credentials, accessKeyId: role }),
    }
  }

  /** What functions and clients have called, each of it once. */
  get calls(): readonly Call[] {
    return this.#watch.calls
  }

  forgetCalls(): void {
    this.#watch.forget()
  }

  output(name: string): string {
    const value = this.cloud.outputs[name]
    if (value === undefined) throw new Error(`the stack has no output ${name}`)
    return value
  }

  /** A put as any language would make it. */
  async rawPut(item: Record<string, unknown>, table = 'JobsTableName'): Promise<void> {
    await this.#dynamodb.send(new PutItemCommand({ TableName: this.output(table), Item: marshall(item) }))
  }

  /** As somebody does who does not know that jobs are counted. */
  async rawDelete({ pk, sk }: { readonly pk: string; readonly sk: string }): Promise<void> {
    const Key = marshall({ pk, sk })
    await this.#dynamodb.send(new DeleteItemCommand({ TableName: this.output('JobsTableName'), Key }))
  }

  async putEvent(source: string, detailType: string, detail: unknown): Promise<void> {
    const entry = { EventBusName: this.output('EventBusName'), Source: source, DetailType: detailType }
    const text = typeof detail === 'string' ? detail : JSON.stringify(detail)
    const { FailedEntryCount } = await this.#events.send(
      new PutEventsCommand({ Entries: [{ ...entry, Detail: text }] }),
    )
    if (FailedEntryCount) throw new Error('the bus did not take the event')
  }

  /** An object put as any language would put it. */
  async putObject(key: string, text: string): Promise<void> {
    const object = { Bucket: this.output('PayloadsBucketName'), Key: key, Body: text }
    await this.#s3.send(new PutObjectCommand(object))
  }

  async getObject(key: string): Promise<string | undefined> {
    const object = { Bucket: this.output('PayloadsBucketName'), Key: key }
    const { Body } = await this.#s3.send(new GetObjectCommand(object))
    return Body?.transformToString()
  }

  /** The dead letters of a queue, once there are so many. Looks again whenever a function has run. */
  async deadLetters(queue: QueueName, count: number): Promise<DeadLetter[]> {
    for (;;) {
      const ran = this.cloud.next('invocation')
      const letters = await Array.fromAsync(this.client.deadLetters(queue))
      if (letters.length >= count) return letters
      await ran
    }
  }

  /** What stands in a shard of the Jobs table now. */
  async jobsOf(shard: string): Promise<Record<string, unknown>[]> {
    const { Items = [] } = await this.#dynamodb.send(
      new QueryCommand({
        TableName: this.output('JobsTableName'),
        KeyConditionExpression: 'pk = :shard',
        ExpressionAttributeValues: marshall({ ':shard': shard }),
        ConsistentRead: true,
      }),
    )
    return Items.map((item) => unmarshall(item))
  }

  /** Once such a job stands in the shard. Looks again whenever a function has run. */
  async untilJob(shard: string, test: (job: Record<string, unknown>) => boolean): Promise<void> {
    for (;;) {
      const ran = this.cloud.next('invocation')
      if ((await this.jobsOf(shard)).some(test)) return
      await ran
    }
  }

  /** Once nothing stands in the shard. Looks again whenever a function has run. */
  async untilEmpty(shard: string): Promise<void> {
    for (;;) {
      const ran = this.cloud.next('invocation')
      if ((await this.jobsOf(shard)).length === 0) return
      await ran
    }
  }

  async stop(): Promise<void> {
    await this.cloud.stop()
    this.recorder.close()
    this.#watch.judge(this.assembly)
  }
}
