/** Sets the stage: the CRM as a process of its own, and the local cloud with the demo's stack. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import { type Client, createClient, type Logger } from '../lib/index.ts'
import { type Cloud, startCloud } from '../local/cloud.ts'
import { startDynamo } from '../local/engines/dynamodb.ts'
import { synth } from '../local/synth.ts'
import config from './config.ts'
import { countUnits, type UnitCounter } from './count-units.ts'
import { type CrmService, startCrm } from './crm/process.ts'
import type { Customer } from './customers.ts'
import { overriddenCustomers } from './customers.ts'
import type { Report } from './report.ts'
import type { Senders } from './send.ts'
import { type DemoQueue, SHARED } from './shared.ts'

export interface Stage extends Senders, AsyncDisposable {
  readonly crm: CrmService
  readonly cloud: Cloud
  readonly client: Client<DemoQueue>
  readonly sqs: SQSClient
  readonly counter: UnitCounter
}

/** As in the example's configuration: the CRM counts what arrives. */
const MARGIN = '500ms'
const APP = new URL('./app.ts', import.meta.url).pathname
const ROOT = new URL('../../..', import.meta.url).pathname

export async function setStage(report: Report): Promise<Stage> {
  await using started = new AsyncDisposableStack()
  const crm = await report.step('CRM service', startCrm, ({ url, pid }) => `${url}, process ${pid}`)
  started.defer(() => crm.stop())
  const assembly = await report.step(
    'CDK app',
    () => synthesise(crm.url),
    () => 'synthesised, functions bundled',
  )
  started.defer(() => rm(assembly, { recursive: true, force: true }))
  const notice = (text: string) => report.note(text)
  const counter = await startCounter(started, notice)
  const cloud = await report.step(
    'Local cloud',
    () => startCloud({ assembly, notice, dynamodbEndpoint: counter.endpoint }),
    ({ endpoints }) =>
      `DynamoDB ${portOf(endpoints.dynamodb)}, SQS ${portOf(endpoints.sqs)}, EventBridge ${portOf(endpoints.events)}`,
  )
  started.defer(() => cloud.stop())
  cloud.on('invocation', ({ logicalId, outcome }) => {
    if (outcome.kind === 'failure') notice(`${logicalId}: ${outcome.reason}; its work will come back`)
  })
  const clients = connect(cloud)
  started.defer(() => clients.close())
  const everything = started.move()
  return { crm, cloud, counter, ...clients, [Symbol.asyncDispose]: () => everything.disposeAsync() }
}

const portOf = (endpoint: string): string => `:${new URL(endpoint).port}`

/** The stack is told the CRM's address when it is synthesised. */
function synthesise(crmUrl: string): Promise<string> {
  process.env['CRM_URL'] = crmUrl
  return synth({ app: `node ${JSON.stringify(APP)}`, cwd: ROOT })
}

async function startCounter(
  started: AsyncDisposableStack,
  notice: (text: string) => void,
): Promise<UnitCounter> {
  const dir = await mkdtemp(join(tmpdir(), 'crm-sync-'))
  started.defer(() => rm(dir, { recursive: true, force: true }))
  const engine = await startDynamo({ dir, endpoint: process.env['DYNAMODB_ENDPOINT'], notice })
  started.defer(() => engine.stop())
  const counter = await countUnits(engine.endpoint)
  started.defer(() => counter.stop())
  return counter
}

function connect({ region, credentials, endpoints, outputs }: Cloud) {
  const common = { region, credentials }
  const dynamodb = new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb })
  const sqs = new SQSClient({ ...common, endpoint: endpoints.sqs })
  const events = new EventBridgeClient({ ...common, endpoint: endpoints.events })
  const { JobsTableName = '', StateTableName = '', HistoryTableName = '', WakeQueueUrl = '' } = outputs
  const client = createClient({
    config,
    dynamodb,
    sqs,
    jobsTable: JobsTableName,
    stateTable: StateTableName,
    historyTable: HistoryTableName,
    wakeQueueUrl: WakeQueueUrl,
    logger: SILENT,
  })
  const close = () => [dynamodb, sqs, events].forEach((sdk) => void sdk.destroy())
  return {
    client,
    dynamodb,
    sqs,
    events,
    jobsTable: JobsTableName,
    eventBus: outputs['EventBusName'] ?? '',
    close,
  }
}

/** The limits that it sets are in its report. */
const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The service is told all limits, Sluice only those that differ from its configuration. */
export async function agreeOnLimits({ crm, client }: Stage, customers: readonly Customer[]): Promise<number> {
  for (const { id, limits } of customers) await crm.setLimits(id, limits)
  for (const { name, limits } of SHARED) await crm.setLimits(name, limits)
  const overridden = overriddenCustomers(customers, config)
  for (const { id, limits } of overridden) {
    const { concurrency, allowed, period_ms } = limits
    await client.setLimits('crm', id, {
      concurrency,
      rateLimit: { allowed, period: period_ms, margin: MARGIN },
    })
  }
  return overridden.length
}
