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
import { type Charge, FAILED_WRITE, isFailedWrite, kindOf, unitsOf } from '../bench/charges.ts'
import { startChild } from './child.ts'

export interface UnitCounter {
  readonly endpoint: string
  /** So far. */
  units(): Promise<Charge>
  stop(): Promise<void>
}

const ENTRY = new URL('./count-units-process.ts', import.meta.url)

/** In a process of its own: every call of every function passes through it. */
export async function countUnits(target: string): Promise<UnitCounter> {
  const { url, stop } = await startChild(ENTRY, target)
  const units = async () => (await (await fetch(`${url}/units`)).json()) as Charge
  return { endpoint: url, units, stop }
}

export function createCounter(target: string): Server {
  const units: Charge = { writes: 0, reads: 0 }
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
  readonly units: Charge
}

async function pass(
  { target, agent, units }: Counting,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const kind = kindOf(String(incoming.headers['x-amz-target']).split('.')[1] ?? '')
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
  readonly ConsumedCapacity?: Parameters<typeof unitsOf>[0]
  readonly __type?: string
}

function consumed(status: number, text: string): number {
  const { ConsumedCapacity, __type = '' } = JSON.parse(text) as Answer
  if (status === 400) return isFailedWrite(__type) ? FAILED_WRITE : 0
  return unitsOf(ConsumedCapacity)
}
