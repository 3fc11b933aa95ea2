/**
 * Counts what DynamoDB charges for the whole run. The functions run from their bundles and know of no counter, so it
 * stands in between: it asks for the consumed capacity with every call, and passes everything on. GET /units answers
 * what was consumed so far.
 */
import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import { buffer } from 'node:stream/consumers'
import { startChild } from './child.ts'

export interface Units {
  writes: number
  reads: number
}

export interface UnitCounter {
  readonly endpoint: string
  /** So far. */
  units(): Promise<Units>
  stop(): Promise<void>
}

const ENTRY = new URL('./count-units-process.ts', import.meta.url)

/** In a process of its own: every call of every function passes through it. */
export async function countUnits(target: string): Promise<UnitCounter> {
  const { url, stop } = await startChild(ENTRY, target)
  const units = async () => (await (await fetch(`${url}/units`)).json()) as Units
  return { endpoint: url, units, stop }
}

/** Which calls cost something, and what. */
const COSTS: Readonly<Record<string, keyof Units>> = {
  PutItem: 'writes',
  UpdateItem: 'writes',
  DeleteItem: 'writes',
  BatchWriteItem: 'writes',
  TransactWriteItems: 'writes',
  GetItem: 'reads',
  Query: 'reads',
  Scan: 'reads',
  BatchGetItem: 'reads',
}
/** A write whose condition fails is charged like one that succeeds; the items here have at most 1 KB. */
const FAILED_WRITE = 1

export function createCounter(target: string): Server {
  const units: Units = { writes: 0, reads: 0 }
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, response) => {
    if (incoming.url === '/units') response.end(JSON.stringify(units))
    else pass({ target, agent, units }, incoming, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 120_000
  return server
}

interface Counting {
  readonly target: string
  readonly agent: Agent
  readonly units: Units
}

async function pass(
  { target, agent, units }: Counting,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const kind = COSTS[String(incoming.headers['x-amz-target']).split('.')[1] ?? '']
  const body = await buffer(incoming)
  const { method, url, headers } = incoming
  const sent = kind ? asking(body) : body
  const options = { agent, method, headers: { ...headers, 'content-length': sent.length } }
  const outgoing = request(new URL(url ?? '/', target), options)
  outgoing.end(sent)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  const answered = await buffer(answer)
  if (kind) units[kind] += consumed(answer.statusCode ?? 0, answered.toString())
  response.writeHead(answer.statusCode ?? 502, answer.headers).end(answered)
}

const ASKING = Buffer.from('{"ReturnConsumedCapacity":"TOTAL",')

/** Nobody else here asks for it. */
const asking = (body: Buffer): Buffer => Buffer.concat([ASKING, body.subarray(1)])

interface Answer {
  readonly ConsumedCapacity?: Capacity | Capacity[]
  readonly __type?: string
}
interface Capacity {
  readonly CapacityUnits?: number
}

function consumed(status: number, text: string): number {
  const { ConsumedCapacity = [], __type = '' } = JSON.parse(text) as Answer
  if (status === 400) return __type.endsWith('ConditionalCheckFailedException') ? FAILED_WRITE : 0
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
}
