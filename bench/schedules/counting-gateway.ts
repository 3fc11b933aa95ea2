/** Stands before an engine and adds up what each operation of somebody else's program consumes: `GET /units` tells it. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import * as z from 'zod'
import { type Charge, FAILED_WRITE, isFailedWrite, kindOf, unitsOf } from '../charges.ts'

type Consumed = Record<string, Charge & { calls: number }>

export interface CountingGateway extends AsyncDisposable {
  readonly endpoint: string
}

export async function startCountingGateway(behind: string): Promise<CountingGateway> {
  const consumed: Consumed = {}
  const server = createServer((request, response) => {
    const answered =
      request.url === '/units' ? tell(response, consumed) : pass(behind, consumed, request, response)
    answered.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the gateway listens nowhere')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function tell(response: ServerResponse, consumed: Consumed): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(consumed))
}

async function pass(
  behind: string,
  consumed: Consumed,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
  const answer = await fetch(behind, {
    method: 'POST',
    headers: handedOn(request),
    body: reporting(operation, await text(request)),
  })
  const body = await answer.text()
  count(consumed, operation, body)
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body)
}

/** Nobody checks what is signed, so the body may be another. */
const handedOn = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    ['authorization', 'content-type', 'x-amz-date', 'x-amz-target'].map((name) => [
      name,
      String(headers[name] ?? ''),
    ]),
  )

const requestSchema = z.looseObject({})

/** Has the engine say what the call consumes, if it consumes anything. */
function reporting(operation: string, body: string): string {
  if (!kindOf(operation)) return body
  return JSON.stringify({ ...requestSchema.parse(JSON.parse(body)), ReturnConsumedCapacity: 'INDEXES' })
}

const capacitySchema = z.object({ CapacityUnits: z.number() })
const answerSchema = z.object({
  __type: z.string().optional(),
  ConsumedCapacity: z.union([capacitySchema, z.array(capacitySchema)]).optional(),
})

function count(consumed: Consumed, operation: string, body: string): void {
  const kind = kindOf(operation)
  if (!kind) return
  const { __type: error = '', ConsumedCapacity } = answerSchema.parse(JSON.parse(body))
  const before = consumed[operation] ?? { writes: 0, reads: 0, calls: 0 }
  const units = isFailedWrite(error) ? FAILED_WRITE : unitsOf(ConsumedCapacity)
  consumed[operation] = { ...before, calls: before.calls + 1, [kind]: before[kind] + units }
}
