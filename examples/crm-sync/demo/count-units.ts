/**
 * Counts what DynamoDB charges for the whole run. The functions run from their bundles and know of no counter, so it
 * stands in between: it asks for the consumed capacity with every call, and passes everything on.
 */
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface Units {
  writes: number
  reads: number
}

export interface UnitCounter {
  readonly endpoint: string
  /** So far. */
  units(): Units
  stop(): Promise<void>
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

export async function countUnits(target: string): Promise<UnitCounter> {
  const units: Units = { writes: 0, reads: 0 }
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, response) => {
    pass(target, agent, units, incoming, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 120_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    units: () => ({ ...units }),
    stop: async () => {
      server.close()
      server.closeAllConnections()
      agent.destroy()
    },
  }
}

async function pass(
  target: string,
  agent: Agent,
  units: Units,
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

const asking = (body: Buffer): Buffer =>
  Buffer.from(JSON.stringify({ ...JSON.parse(body.toString()), ReturnConsumedCapacity: 'TOTAL' }))

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
