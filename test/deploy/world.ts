/** The target, the deployed stack on it, and clients that talk to it as a user's would. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { marshall } from '@aws-sdk/util-dynamodb'
import { type Client, createClient, type EnqueueOptions } from '../../lib/index.ts'
import { configOf } from './app/config.ts'
import type { Stage } from './app/stages.ts'
import type { CallTask, Payload } from './app/tasks.ts'
import { Cdk, type Outcome } from './cdk.ts'
import { Ledger } from './ledger.ts'
import { Tables } from './tables.ts'
import { deleteKept, keptBy } from './targets/clean-up.ts'
import { pace } from './targets/pace.ts'
import { BOOTSTRAP_STACK, STACKS, TAGGED } from './targets/stack-names.ts'
import { cloudFormation, findStack, idOf, resourcesOf } from './targets/stacks.ts'
import type { Found, Target } from './targets/target.ts'
import { watchStack } from './targets/watch.ts'
import { Witness } from './witness.ts'

const STACK = STACKS.deployed
const LOOK_EVERY_MS = 500

export type Job = Pick<Payload, 'customer' | 'name'> & Partial<Payload>

export class World {
  readonly witness: Witness
  readonly ledger = new Ledger()
  /** Rows that may be left over in the end: their part has looked at them. */
  readonly explained: { readonly pk: string; readonly sk: string }[] = []
  readonly target: Target
  readonly cdk: Cdk
  readonly directory: string
  readonly dynamodb: DynamoDBClient
  readonly sqs: SQSClient
  readonly #events: EventBridgeClient
  readonly #s3: S3Client
  readonly #cloudFormation: CloudFormationClient
  readonly #witnessUrl: string
  #outputs: Readonly<Record<string, string>> = {}
  #stage: Stage = 'first'
  #id = ''

  static async start(found: Extract<Found, { ok: true }>): Promise<World> {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-deploy-'))
    const target = await found.start(directory)
    const witness = new Witness()
    return new World(directory, target, witness, await target.serve(witness.server))
  }

  private constructor(directory: string, target: Target, witness: Witness, url: string) {
    this.directory = directory
    this.target = target
    this.witness = witness
    this.#witnessUrl = url
    this.cdk = new Cdk(directory, target.environment)
    const options = target.clientOptions
    this.dynamodb = new DynamoDBClient(options)
    this.sqs = new SQSClient(options)
    this.#events = new EventBridgeClient(options)
    this.#s3 = new S3Client({ ...options, forcePathStyle: true })
    this.#cloudFormation = cloudFormation(options)
  }

  /** Unless that was done before, by somebody with a mind of their own. */
  async bootstrap(): Promise<Outcome> {
    const { account, region } = this.target
    if (await findStack(this.#cloudFormation, BOOTSTRAP_STACK)) return { ok: true }
    return this.cdk.run(['bootstrap', `aws://${account}/${region}`], this.#variables('first'))
  }

  /**
   * Returns when `cdk deploy` has, and after the first one when all that is new is at work. After one that failed the stage
   * before is in force.
   * @param sources the folder that the app is taken from. Default: the working tree
   */
  async deploy(stage: Stage, sources?: string): Promise<Outcome> {
    const isFirst = Object.keys(this.#outputs).length === 0
    const outcome = await this.#deploy(stage, sources)
    if (isFirst && outcome.ok) await sleep(pace.settles_ms)
    return outcome
  }

  /** Calls back when CloudFormation is through, with the change or with its roll-back, which `cdk` notices some seconds later. */
  async deployWatched(stage: Stage, through: () => void): Promise<Outcome> {
    const watch = watchStack(this.target.clientOptions, STACK, through)
    try {
      return await this.deploy(stage)
    } finally {
      await watch.stop()
    }
  }

  async #deploy(stage: Stage, sources?: string): Promise<Outcome> {
    const outputs = join(this.directory, 'outputs.json')
    const args = ['deploy', '--require-approval', 'never', '--outputs-file', outputs, ...TAGGED]
    const outcome = await this.cdk.run(args, this.#variables(stage), sources)
    if (!outcome.ok) return outcome
    this.#stage = stage
    this.#outputs = JSON.parse(await readFile(outputs, 'utf8'))[STACK] ?? {}
    return outcome
  }

  async destroy(): Promise<Outcome> {
    this.#id = await idOf(this.#cloudFormation, STACK)
    return this.cdk.run(['destroy', '--force'], this.#variables(this.#stage))
  }

  #variables = (stage: Stage): Record<string, string> => ({
    DEPLOY_STAGE: stage,
    WITNESS_URL: this.#witnessUrl,
  })

  output(name: string): string {
    const value = this.#outputs[name]
    if (value === undefined) throw new Error(`the stack has no output ${name}`)
    return value
  }

  queueUrls = () => resourcesOf(this.#cloudFormation, STACK, 'AWS::SQS::Queue')

  get tables(): Tables {
    const [jobs, state, history] = ['JobsTableName', 'StateTableName', 'HistoryTableName'].map((name) =>
      this.output(name),
    ) as [string, string, string]
    return new Tables(this.dynamodb, { jobs, state, history })
  }

  /** As somebody has it whose configuration is the one in force. */
  get client(): Client {
    // The last release had neither.
    const { PayloadsBucketName: payloadsBucket, SchedulesTableName: schedulesTable } = this.#outputs
    return createClient({
      ...this.wiring,
      ...(payloadsBucket ? { payloadsBucket, s3: this.#s3 } : {}),
      ...(schedulesTable ? { schedulesTable } : {}),
    })
  }

  /** How many objects are in the bucket. */
  async storedPayloads(): Promise<number> {
    const Bucket = this.output('PayloadsBucketName')
    const { KeyCount = 0 } = await this.#s3.send(new ListObjectsV2Command({ Bucket }))
    return KeyCount
  }

  /** What any client of the stack is made of, one of an earlier version too. */
  get wiring() {
    return {
      config: configOf(this.#stage),
      jobsTable: this.output('JobsTableName'),
      stateTable: this.output('StateTableName'),
      historyTable: this.output('HistoryTableName'),
      wakeQueueUrl: this.output('WakeQueueUrl'),
      dynamodb: this.dynamodb,
      sqs: this.sqs,
    }
  }

  /** Through the client. That it is expected to run is on record. */
  async enqueue(task: CallTask, jobs: readonly Job[], options: EnqueueOptions = {}): Promise<void> {
    await this.client.enqueueMany(
      task,
      jobs.map((payload) => ({ payload, ...options })),
    )
    for (const { customer, name, fails = 0 } of jobs)
      this.ledger.expect(task.queue, customer, name, 1 + fails)
  }

  /** A put as any language would make it. */
  async rawPut(item: Record<string, unknown>): Promise<void> {
    await this.dynamodb.send(
      new PutItemCommand({ TableName: this.output('JobsTableName'), Item: marshall(item) }),
    )
  }

  async putEvent(source: string, detailType: string, detail: unknown): Promise<void> {
    const entry = { EventBusName: this.output('EventBusName'), Source: source, DetailType: detailType }
    const { FailedEntryCount } = await this.#events.send(
      new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }),
    )
    if (FailedEntryCount) throw new Error('the bus did not take the event')
  }

  /** Looks again and again, for tables tell nobody that they have changed. Gives up with the test. */
  async eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(LOOK_EVERY_MS)
  }

  /** Deletes what `destroy` has kept. */
  async cleanUp(): Promise<void> {
    await deleteKept(this.target.clientOptions, await keptBy(this.#cloudFormation, this.#id))
  }

  async stop({ keep = false } = {}): Promise<void> {
    await this.target.stop()
    this.witness.close()
    if (!keep) return rm(this.directory, { recursive: true, force: true })
    await writeFile(join(this.directory, 'calls.json'), JSON.stringify(this.witness.calls, null, 1))
  }
}
