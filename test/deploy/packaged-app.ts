/** An app that has installed the packed package, its stack on the target, and README's commands against that. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient, PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge'
import { esModuleApp } from '../support/es-module-app.ts'
import {
  makeInitApp,
  makeReadmeApp,
  run,
  shareModules,
  writeFiles,
  writeReadmeFiles,
} from '../support/package-apps.ts'
import { readmeCalls } from '../support/readme-calls.ts'
import { deleteKept, keptBy } from './targets/clean-up.ts'
import { pace } from './targets/pace.ts'
import { BOOTSTRAP_STACK, STACKS, TAGGED } from './targets/stack-names.ts'
import { cloudFormation, findStack, idOf } from './targets/stacks.ts'
import type { Target } from './targets/target.ts'

/** README's example calls nobody: a service that answers takes its place. */
const NOBODY = 'https://crm.example.com'

interface Made {
  readonly folder: string
  readonly stack: string
}

export class PackagedApp {
  readonly #app: Made
  readonly #target: Target
  #outputs: Readonly<Record<string, string>> = {}

  static async ofReadme(directory: string, target: Target, serviceUrl: string): Promise<PackagedApp> {
    const folder = join(directory, 'readme')
    await makeReadmeApp(directory, folder)
    await writeReadmeFiles(folder)
    await call(serviceUrl, folder, 'tasks.ts')
    return new PackagedApp({ folder, stack: STACKS.readme }, target)
  }

  /** The packages are those of the other. */
  static async ofInit(
    directory: string,
    target: Target,
    serviceUrl: string,
    other: PackagedApp,
  ): Promise<PackagedApp> {
    const folder = join(directory, 'my-app')
    await makeInitApp(folder, other.#app.folder)
    await call(serviceUrl, folder, 'lib/tasks.ts')
    return new PackagedApp({ folder, stack: STACKS.init }, target)
  }

  /** An app that Node runs as it is, whose handler calls the service by what its packages of both kinds say. */
  static async ofEsModules(
    directory: string,
    target: Target,
    serviceUrl: string,
    other: PackagedApp,
  ): Promise<PackagedApp> {
    const folder = join(directory, 'es-module')
    await writeFiles(folder, callingEsModules(serviceUrl))
    await shareModules(other.#app.folder, folder)
    return new PackagedApp({ folder, stack: STACKS.esModules }, target)
  }

  private constructor(app: Made, target: Target) {
    this.#app = app
    this.#target = target
  }

  /** Unless that was done before, by somebody with a mind of their own. */
  async bootstrap(): Promise<void> {
    const { account, region, clientOptions } = this.#target
    if (await findStack(cloudFormation(clientOptions), BOOTSTRAP_STACK)) return
    await this.#run(`npx cdk bootstrap aws://${account}/${region}`)
  }

  async deploy(): Promise<void> {
    const options = ['--require-approval never', '--outputs-file outputs.json', ...TAGGED]
    await this.#run(`npx cdk deploy ${options.join(' ')}`)
    const outputs = JSON.parse(await readFile(join(this.#app.folder, 'outputs.json'), 'utf8'))
    this.#outputs = outputs[this.#app.stack]
    await sleep(pace.settles_ms)
  }

  /** With all that `cdk destroy` keeps. */
  async destroy(): Promise<void> {
    const { clientOptions } = this.#target
    const client = cloudFormation(clientOptions)
    const id = await idOf(client, this.#app.stack)
    await this.#run('npx cdk destroy --force')
    await deleteKept(clientOptions, await keptBy(client, id))
  }

  /** By the function of README's `enqueue.ts`. */
  async enqueue(customerId: string, contactIds: readonly string[]): Promise<void> {
    const contacts = JSON.stringify(contactIds.map((contactId) => ({ customerId, contactId })))
    await writeFiles(this.#app.folder, {
      'run.ts': `import { enqueue } from './enqueue.ts'\nvoid enqueue(${contacts})\n`,
    })
    await this.#run('npx tsx run.ts')
  }

  /** A job of the app of ES modules, by its own client. */
  async enqueueGreeting(): Promise<void> {
    await this.#run('node greet.ts')
  }

  /** By README's `aws dynamodb put-item`. */
  async putByReadme(): Promise<void> {
    const [call] = await readmeCalls('dynamodb put-item', this.#variables)
    const client = new DynamoDBClient(this.#target.clientOptions)
    await client.send(new PutItemCommand(call?.input as unknown as PutItemCommandInput))
  }

  /** By README's `aws events put-events`. */
  async sendByReadme(): Promise<void> {
    const [call] = await readmeCalls('events put-events', this.#variables)
    const client = new EventBridgeClient(this.#target.clientOptions)
    await client.send(new PutEventsCommand(call?.input as unknown as PutEventsCommandInput))
  }

  /** As README has them: the output `JobsTableName` is `$JOBS_TABLE_NAME`. */
  get #variables(): Record<string, string> {
    const entries = Object.entries(this.#outputs)
    return Object.fromEntries(
      entries.map(([name, text]) => [name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(), text]),
    )
  }

  #run = (command: string): Promise<string> =>
    run(this.#app.folder, command, { ...this.#target.environment, ...this.#variables })
}

/** What the handler of the app of ES modules asks the service for. */
export const GREETING = `PUT /${encodeURIComponent('CommonJS says/an ES module greets ann')}`
const LOGS = 'logger.info(wrap(greet(payload.to)), { to: payload.to.toLowerCase() })'

function callingEsModules(serviceUrl: string): Record<string, string> {
  const { 'app.ts': app = '', 'tasks.ts': tasks = '', ...others } = esModuleApp
  if (!tasks.includes(LOGS)) throw new Error('the handler does something else')
  const url = `\`${serviceUrl}/\${encodeURIComponent(wrap(greet(payload.to)))}\``
  return {
    ...others,
    'cdk.json': JSON.stringify({ app: 'node app.ts' }),
    'tasks.ts': tasks
      .replace('{ payload, logger }', '{ payload }')
      .replace(LOGS, `fetch(${url}, { method: 'PUT' })`),
    'app.ts': `${app}
    import { CfnOutput } from 'aws-cdk-lib'
    new CfnOutput(stack, 'JobsTableName', { value: jobs.jobsTable.tableName })
  `,
    'greet.ts': `
    import { createClient } from 'sluice'
    import config from './config.ts'
    import { send } from './tasks.ts'
    await createClient({ config, jobsTable: process.env.JOBS_TABLE_NAME }).enqueue(send, { to: 'ann' })
  `,
  }
}

async function call(serviceUrl: string, folder: string, file: string): Promise<void> {
  const code = await readFile(join(folder, file), 'utf8')
  if (!code.includes(NOBODY)) throw new Error(`${file} does not call ${NOBODY}`)
  await writeFiles(folder, { [file]: code.replace(NOBODY, serviceUrl) })
}
