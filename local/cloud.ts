import { EventEmitter } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Assembly, readAssembly } from './assembly.ts'
import { atMost } from './async.ts'
import { matchingRules } from './bus/bus.ts'
import { Delivery } from './bus/delivery.ts'
import type { Accepted } from './bus/entries.ts'
import { startBusServer } from './bus/server.ts'
import { CREDENTIALS, createClients, functionVariables } from './clients.ts'
import { createTables, startDynamo } from './engines/dynamodb.ts'
import { type Engine, freePort } from './engines/process.ts'
import { startSqs, useSqs } from './engines/sqs.ts'
import type { Json } from './json.ts'
import type { LambdaError, Outcome } from './lambda/outcome.ts'
import { type Invocation, type InvocationStart, LambdaService } from './lambda/service.ts'
import type { Rule } from './resources/rules.ts'
import { type ResourceInfo, readStack } from './resources/stack.ts'
import { runSources } from './sources/index.ts'
import { scheduledEvent } from './sources/schedule.ts'

export type { Invocation, InvocationStart, LambdaError, Outcome, ResourceInfo }

export interface CloudOptions {
  /** The directory that `cdk synth` wrote. */
  assembly: string
  /** @default the only stack of the assembly */
  stack?: string | undefined
  /** A DynamoDB that runs already. @default $DYNAMODB_ENDPOINT, else dynoxide is started */
  dynamodbEndpoint?: string | undefined
  /** An SQS that runs already. @default $SQS_ENDPOINT, else fauxqs is started */
  sqsEndpoint?: string | undefined
  /** Gets what functions write to their console. */
  log?: ((functionId: string, text: string) => void) | undefined
  /** Gets what happens to the cloud itself, such as an engine that died. */
  notice?: ((text: string) => void) | undefined
  /** How long `stop` lets running invocations finish. @default 3000 */
  drain_ms?: number | undefined
}

export interface CloudEvents {
  /** An invocation begins. */
  start: [InvocationStart]
  /** An invocation ended, well or not. */
  invocation: [Invocation]
}

export interface Cloud extends AsyncDisposable {
  readonly region: string
  readonly credentials: { accessKeyId: string; secretAccessKey: string }
  readonly endpoints: { dynamodb: string; sqs: string; events: string }
  /** The template's outputs, resolved. */
  readonly outputs: Record<string, string>
  /** Logical id → what it is called here. */
  readonly resources: Record<string, ResourceInfo>
  /** Kills an engine without warning and starts it again. Tables keep their items, queues lose their messages. */
  restart(engine: 'dynamodb' | 'sqs'): Promise<void>
  /** Fires a rule now as its schedule would; resolves when its targets have it. By name or start of its logical id. */
  fire(rule: string): Promise<void>
  /** Invokes a function and returns what it returned, or throws an InvocationError. */
  invoke(fn: string, event: Json): Promise<Json | undefined>
  /** Kills one environment of the function in the middle of its invocation; false if none was busy. */
  kill(fn: string): boolean
  /** Returns a function that unsubscribes. */
  on<Name extends keyof CloudEvents>(name: Name, listener: (...args: CloudEvents[Name]) => void): () => void
  /** Resolves with the next such event that passes the test. */
  next<Name extends keyof CloudEvents>(
    name: Name,
    test?: (...args: CloudEvents[Name]) => boolean,
  ): Promise<CloudEvents[Name][0]>
  /** Lets running invocations finish for a moment, then ends everything. Can be called more than once. */
  stop(): Promise<void>
}

export class InvocationError extends Error {
  override name = 'InvocationError'
  readonly detail: LambdaError

  constructor(fn: string, detail: LambdaError) {
    super(`${fn}: ${detail.errorType}: ${detail.errorMessage}`)
    this.detail = detail
  }
}

const DEFAULT_DRAIN_MS = 3000

/** Builds a cloud from a synthesised stack and starts it. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const assembly = readAssembly(options.assembly, options.stack)
  await using started = new AsyncDisposableStack()
  const cloud = await build(options, assembly, started)
  const everything = started.move()
  const stop = once(() => everything.disposeAsync())
  return { ...cloud, stop, [Symbol.asyncDispose]: stop }
}

type Unstoppable = Omit<Cloud, 'stop' | typeof Symbol.asyncDispose>

/** What is deferred on `started` ends in the opposite order, also when a later step fails. */
async function build(
  options: CloudOptions,
  assembly: Assembly,
  started: AsyncDisposableStack,
): Promise<Unstoppable> {
  const { log = () => {}, notice = () => {} } = options
  const { region } = assembly
  const emitter = new EventEmitter<CloudEvents>()
  const dir = await mkdtemp(join(tmpdir(), 'local-cloud-'))
  started.defer(() => rm(dir, { recursive: true, force: true }))

  const givenSqs = (options.sqsEndpoint ?? process.env['SQS_ENDPOINT'])?.replace(/\/$/, '')
  const sqsPort = await freePort()
  const stack = readStack(assembly, givenSqs ?? `http://127.0.0.1:${sqsPort}`)

  const endpoint = options.dynamodbEndpoint ?? process.env['DYNAMODB_ENDPOINT']
  const dynamodb = await startDynamo({ dir, endpoint, notice })
  started.defer(() => dynamodb.stop())
  const clients = createClients(region, {
    dynamodb: dynamodb.endpoint,
    sqs: givenSqs ?? `http://127.0.0.1:${sqsPort}`,
  })
  started.defer(() => clients.destroy())
  const { queues } = stack
  const sqs = givenSqs
    ? await useSqs(givenSqs, clients.sqs, queues)
    : await startSqs({ port: sqsPort, region, queues, notice })
  started.defer(() => sqs.stop())
  const newTables = await createTables(clients.dynamodb, stack.tables)

  const ended = new AbortController()
  const invoke = (id: string, payload: string) => lambdas.invoke(id, payload)
  const delivery = new Delivery({ sqs: clients.sqs, queues, invoke, notice, signal: ended.signal })
  const accept = (event: Accepted) => {
    if (!stack.buses.includes(event.bus))
      notice(`An event was put on the bus "${event.bus}", which does not exist`)
    for (const rule of matchingRules(stack.rules, event)) void delivery.deliver(rule, event.event)
  }
  const bus = await startBusServer(region, accept)
  const endpoints = { dynamodb: dynamodb.endpoint, sqs: sqs.endpoint, events: bus.endpoint }
  const lambdas = new LambdaService({
    functions: stack.functions,
    dir,
    variables: functionVariables(region, endpoints),
    onStart: (start) => emitter.emit('start', start),
    onEnd: (invocation) => emitter.emit('invocation', invocation),
    onLog: (fn, text) => log(fn.logicalId, text),
  })
  started.defer(() => {
    ended.abort()
    lambdas.close()
  })

  const polling = new AbortController()
  const sources = runSources({ stack, clients, lambdas, delivery, newTables, signal: polling.signal })
  started.defer(async () => {
    polling.abort()
    await bus.stop()
    await atMost(options.drain_ms ?? DEFAULT_DRAIN_MS, Promise.all([sources, delivery.done()]))
  })

  const engines: Record<'dynamodb' | 'sqs', Engine> = { dynamodb, sqs }
  return {
    region,
    credentials: CREDENTIALS,
    endpoints,
    outputs: stack.outputs,
    resources: stack.resources,
    restart: (engine) => engines[engine].restart(),
    fire: (id) => {
      const rule = findRule(stack.rules, id)
      return delivery.deliver(rule, scheduledEvent(rule, region, Date.now()))
    },
    invoke: async (id, event) => answer(id, await lambdas.invoke(id, JSON.stringify(event))),
    kill: (id) => lambdas.find(id).pool.kill(),
    ...subscriptions(emitter),
  }
}

function findRule(rules: Rule[], id: string): Rule {
  const found =
    rules.find(({ name }) => name === id) ?? rules.find(({ logicalId }) => logicalId.startsWith(id))
  if (found) return found
  throw new Error(
    `There is no rule "${id}". There are: ${rules.map(({ logicalId }) => logicalId).join(', ')}.`,
  )
}

function answer(id: string, outcome: Outcome): Json | undefined {
  if (outcome.kind === 'failure') throw new InvocationError(id, outcome.error)
  return outcome.payload === undefined ? undefined : JSON.parse(outcome.payload)
}

function subscriptions(emitter: EventEmitter<CloudEvents>): Pick<Cloud, 'on' | 'next'> {
  // Node's own types lose the connection between an event's name and its arguments.
  const untyped = emitter as EventEmitter
  const on: Cloud['on'] = (name, listener) => {
    untyped.on(name, listener as (...args: unknown[]) => void)
    return () => void untyped.off(name, listener as (...args: unknown[]) => void)
  }
  const next: Cloud['next'] = (name, test = () => true) =>
    new Promise((resolve) => {
      const off = on(name, (...args) => {
        if (!test(...args)) return
        off()
        resolve(args[0])
      })
    })
  return { on, next }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}
