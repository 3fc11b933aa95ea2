/** Creates and updates a stack's custom resources as CloudFormation does: invokes their functions, and waits for the answers. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { ACCOUNT } from './assembly.ts'
import { atMost, sleep } from './async.ts'
import type { JsonObject } from './json.ts'
import type { Outcome } from './lambda/outcome.ts'
import type { CustomResource } from './resources/custom.ts'
import type { Stack } from './resources/stack.ts'

/** CloudFormation takes no longer answers. */
const MAX_ANSWER_BYTES = 4096
/** An asynchronous invocation that fails is tried three times in all. */
const RETRIES_MS = [200, 400]

type Invoke = (functionArn: string, payload: string) => Promise<Outcome>

/** What was created: its physical id, and the properties that it has. */
interface Known {
  readonly physicalId: string
  readonly properties: JsonObject
}

/** The custom resources of a stack that runs, over its updates. */
export class CustomResources {
  readonly #known = new Map<string, Known>()
  readonly #invoke: Invoke

  constructor(invoke: Invoke) {
    this.#invoke = invoke
  }

  /** One after the other, each behind those that it needs. */
  async createAll(stack: Stack): Promise<void> {
    for (const resource of stack.customResources) await this.provide(stack, resource)
  }

  /** Creates it, or updates it if its properties are other ones than before. */
  async provide(stack: Stack, resource: CustomResource): Promise<void> {
    const known = this.#known.get(resource.logicalId)
    const properties = resource.properties()
    if (known && isDeepStrictEqual(known.properties, properties))
      return resource.created(known.physicalId, {})
    await using answers = await Answers.listen()
    const { PhysicalResourceId, Data } = await this.#ask(stack, resource, answers, known)
    this.#known.set(resource.logicalId, { physicalId: PhysicalResourceId, properties })
    resource.created(PhysicalResourceId, Data)
  }

  async #ask(stack: Stack, resource: CustomResource, answers: Answers, known: Known | undefined) {
    const { logicalId, type, functionArn, timeout_ms } = resource
    const event = {
      ...(known
        ? {
            RequestType: 'Update',
            PhysicalResourceId: known.physicalId,
            OldResourceProperties: known.properties,
          }
        : { RequestType: 'Create' }),
      ServiceToken: functionArn,
      ResponseURL: answers.url(logicalId),
      StackId: `arn:aws:cloudformation:${stack.region}:${ACCOUNT}:stack/${stack.name}/local`,
      RequestId: randomUUID(),
      LogicalResourceId: logicalId,
      ResourceType: type,
      ResourceProperties: resource.properties(),
    }
    const answer = answers.to(logicalId)
    const failed = invokeAsync(functionArn, JSON.stringify(event), this.#invoke)
    await atMost(
      timeout_ms,
      Promise.race([answer, failed.then((error) => (error === undefined ? answer : undefined))]),
    )
    const body = answers.received(logicalId)
    if (body === undefined) throw notProvided(resource, await reasonOfSilence(failed, timeout_ms))
    return readAnswer(resource, body, event)
  }
}

/** Why it failed for good, or nothing. */
async function invokeAsync(
  functionArn: string,
  payload: string,
  invoke: Invoke,
): Promise<string | undefined> {
  for (const wait_ms of [...RETRIES_MS, undefined]) {
    const outcome = await invoke(functionArn, payload)
    if (outcome.kind === 'success') return undefined
    const { errorType, errorMessage } = outcome.error
    if (wait_ms === undefined) return `its function failed with ${errorType}: ${errorMessage}`
    await sleep(wait_ms)
  }
  return undefined
}

async function reasonOfSilence(failed: Promise<string | undefined>, timeout_ms: number): Promise<string> {
  const error = await Promise.race([failed, sleep(0)])
  return (
    error ??
    `nothing was put to the event's ResponseURL (by http, as the URL says) within ${timeout_ms / 1000} s`
  )
}

const Answer = z.object({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string().min(1),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  Data: z.record(z.string(), z.unknown()).default({}),
})

function readAnswer(
  resource: CustomResource,
  body: string,
  event: { StackId: string; RequestId: string; LogicalResourceId: string },
) {
  if (Buffer.byteLength(body) > MAX_ANSWER_BYTES)
    throw notProvided(resource, `its answer has more than ${MAX_ANSWER_BYTES} bytes`)
  const parsed = Answer.safeParse(parseOr(body))
  if (!parsed.success)
    throw notProvided(resource, `its answer is not valid\n${z.prettifyError(parsed.error)}`)
  const { Status, Reason = 'no reason given', PhysicalResourceId, Data } = parsed.data
  for (const name of ['StackId', 'RequestId', 'LogicalResourceId'] as const)
    if (parsed.data[name] !== event[name]) throw notProvided(resource, `its answer has another ${name}`)
  if (Status === 'FAILED') throw notProvided(resource, Reason)
  const data = Object.entries(Data).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return { PhysicalResourceId, Data: Object.fromEntries(data) as Record<string, string> }
}

function notProvided({ logicalId, type }: CustomResource, why: string): Error {
  return new Error(`${type} ${logicalId} was not provided: ${why}`)
}

function parseOr(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** Takes what is put to a ResponseURL. The first answer counts. */
class Answers implements AsyncDisposable {
  readonly #server: Server
  readonly #secret = randomUUID()
  readonly #bodies = new Map<string, string>()
  readonly #waiting = new Map<string, () => void>()

  static async listen(): Promise<Answers> {
    const answers = new Answers()
    answers.#server.listen(0, '127.0.0.1')
    await once(answers.#server, 'listening')
    return answers
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      response.statusCode = await this.#take(request)
      response.end()
    })
  }

  url(logicalId: string): string {
    const address = this.#server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    return `http://127.0.0.1:${port}/${logicalId}?secret=${this.#secret}`
  }

  to(logicalId: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(logicalId, resolve))
  }

  received(logicalId: string): string | undefined {
    return this.#bodies.get(logicalId)
  }

  async #take(request: IncomingMessage): Promise<number> {
    const body = await text(request)
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
    const [logicalId = ''] = pathname.split('/').slice(1)
    if (request.method !== 'PUT' || searchParams.get('secret') !== this.#secret) return 403
    if (!this.#bodies.has(logicalId)) this.#bodies.set(logicalId, body)
    this.#waiting.get(logicalId)?.()
    return 200
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
