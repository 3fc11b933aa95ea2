/** The local cloud: a synthesised stack that runs. */
import { EventEmitter } from 'node:events'
import { readAssembly } from './assembly.ts'
import { atMost } from './async.ts'
import { Delivery } from './bus/delivery.ts'
import { fireRule, route } from './bus/route.ts'
import { startBusServer } from './bus/server.ts'
import { CREDENTIALS, functionVariables } from './clients.ts'
import { CustomResources } from './custom-resources.ts'
import type { Call } from './engines/calls.ts'
import { type Engines, startEngines } from './engines/index.ts'
import type { Json } from './json.ts'
import type { LambdaError, Outcome } from './lambda/outcome.ts'
import { type Invocation, type InvocationStart, LambdaService } from './lambda/service.ts'
import { type ResourceInfo, readStack } from './resources/stack.ts'
import { runSources } from './sources/index.ts'
import { type CloudEvents, type Subscriptions, subscriptions } from './subscriptions.ts'
import { updateStack } from './update.ts'

export type { Call, Invocation, InvocationStart, LambdaError, Outcome, ResourceInfo }

export interface CloudOptions {
  /** The directory that `cdk synth` wrote. */
  assembly: string
  /** @default the only stack of the assembly */
  stack?: string | undefined
  /** A DynamoDB that runs already. @default $DYNAMODB_ENDPOINT or $AWS_ENDPOINT_URL, else dynoxide is started */
  dynamodbEndpoint?: string | undefined
  /** An SQS that runs already. @default $SQS_ENDPOINT or $AWS_ENDPOINT_URL, else fauxqs is started */
  sqsEndpoint?: string | undefined
  /** An S3 that runs already. @default $S3_ENDPOINT, else fauxqs is started, if the stack has a bucket */
  s3Endpoint?: string | undefined
  /**
   * How many invocations may run simultaneously, over all functions: a new AWS account has 10.
   * @default no limit but the functions' own
   */
  concurrency?: number | undefined
  /** Gets what functions write to their console. */
  log?: ((functionId: string, text: string) => void) | undefined
  /** Gets what happens to the cloud itself, such as an engine that died. */
  notice?: ((text: string) => void) | undefined
  /** Gets each call to DynamoDB, SQS and S3, of functions by their logical ids, as IAM would be asked about it: it waits for this. */
  call?: ((call: Call) => void | Promise<void>) | undefined
  /** How long `stop` lets running invocations finish. @default 3000 */
  drain_ms?: number | undefined
}

export interface Cloud extends AsyncDisposable, Subscriptions {
  readonly region: string
  readonly credentials: { accessKeyId: string; secretAccessKey: string }
  /** `s3` is absent for a stack without buckets. */
  readonly endpoints: { dynamodb: string; sqs: string; s3?: string; events: string }
  /** The template's outputs, resolved. */
  readonly outputs: Record<string, string>
  /** Logical id → what it is called here. */
  readonly resources: Record<string, ResourceInfo>
  /** Kills an engine without warning and starts it again. Tables keep their items, buckets their objects, queues lose their messages. */
  restart(engine: 'dynamodb' | 'sqs' | 's3'): Promise<void>
  /** Fires a rule now as its schedule would; resolves when its targets have it. By name or start of its logical id. */
  fire(rule: string): Promise<void>
  /** Invokes a function and returns what it returned, or throws an InvocationError. */
  invoke(fn: string, event: Json): Promise<Json | undefined>
  /**
   * Updates the functions to those of another assembly, in the order of the template, as `cdk deploy` would: for `overlap_ms`
   * (default 2000) every other invocation still gets the old version. Throws if more than functions differ.
   */
  update(assembly: string, options?: { readonly overlap_ms?: number }): Promise<void>
  /** Kills one environment of the function in the middle of its invocation; false if none was busy. */
  kill(fn: string): boolean
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
const DEFAULT_OVERLAP_MS = 2000

/** Builds a cloud from a synthesised stack and starts it. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  await using started = new AsyncDisposableStack()
  const cloud = await build(options, started)
  const everything = started.move()
  const stop = once(() => everything.disposeAsync())
  return { ...cloud, stop, [Symbol.asyncDispose]: stop }
}

type Parts = Omit<Cloud, 'stop' | typeof Symbol.asyncDispose>

/** What is deferred on `started` ends in the opposite order, also when a later step fails. */
async function build(options: CloudOptions, started: AsyncDisposableStack): Promise<Parts> {
  const { notice = () => {} } = options
  const engines = await startEngines(options, started)
  const { stack, clients } = engines
  const read = (assembly: string) => readStack(readAssembly(assembly, options.stack), engines.endpoints.sqs)
  const emitter = new EventEmitter<CloudEvents>()

  const ended = new AbortController()
  const { signal } = ended
  const invoke = (id: string, payload: string) => lambdas.invoke(id, payload)
  const delivery = new Delivery({ sqs: clients.sqs, queues: stack.queues, invoke, notice, signal })
  const bus = await startBusServer(stack.region, (event) => route(stack, delivery, notice, event))
  started.defer(() => bus.stop())
  const endpoints = { ...engines.endpoints, events: bus.endpoint }
  const lambdas = createLambdas(options, engines, endpoints, emitter)
  started.defer(() => {
    ended.abort()
    lambdas.close()
  })

  const customResources = new CustomResources(invoke)
  await customResources.createAll(stack)

  const polling = new AbortController()
  const sources = runSources({ ...engines, lambdas, delivery, notice, signal: polling.signal })
  started.defer(async () => {
    polling.abort()
    await atMost(options.drain_ms ?? DEFAULT_DRAIN_MS, Promise.all([sources, delivery.done()]))
  })

  return {
    region: stack.region,
    credentials: CREDENTIALS,
    endpoints,
    outputs: stack.outputs,
    resources: stack.resources,
    restart: async (engine) => engines[engine]?.restart(),
    fire: (id) => fireRule(stack, delivery, id),
    invoke: async (id, event) => answer(id, await lambdas.invoke(id, JSON.stringify(event))),
    update: async (assembly, { overlap_ms = DEFAULT_OVERLAP_MS } = {}) =>
      updateStack({ stack, changed: read(assembly), lambdas, customResources, overlap_ms }),
    kill: (id) => lambdas.find(id).pool.kill(),
    ...subscriptions(emitter),
  }
}

function createLambdas(
  { log = () => {}, concurrency, call }: CloudOptions,
  { stack, dir }: Engines,
  endpoints: Cloud['endpoints'],
  emitter: EventEmitter<CloudEvents>,
): LambdaService {
  return new LambdaService({
    functions: stack.functions,
    concurrency,
    dir,
    variables: functionVariables(stack.region, endpoints),
    ownKeys: call !== undefined,
    onStart: (start) => emitter.emit('start', start),
    onEnd: (invocation) => emitter.emit('invocation', invocation),
    onLog: (fn, text) => log(fn.logicalId, text),
  })
}

function answer(id: string, outcome: Outcome): Json | undefined {
  if (outcome.kind === 'failure') throw new InvocationError(id, outcome.error)
  return outcome.payload === undefined ? undefined : JSON.parse(outcome.payload)
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}
