/** The event bus as a server. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Accepted, readEntries, ValidationException } from './entries.ts'

const CONTENT_TYPE = 'application/x-amz-json-1.1'

export interface BusServer {
  endpoint: string
  stop(): Promise<void>
}

/** Speaks EventBridge's PutEvents. What it answers with an id is accepted and will be delivered. */
export async function startBusServer(region: string, accept: (event: Accepted) => void): Promise<BusServer> {
  const server = createServer((request, response) => void serve(request, response, region, accept))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { endpoint: endpointOf(server), stop: () => stop(server) }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  region: string,
  accept: (event: Accepted) => void,
): Promise<void> {
  try {
    const body = await readBody(request)
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents')
      throw new UnknownOperation('Only PutEvents works here.')
    send(response, 200, putEvents(body, region, accept))
  } catch (error) {
    const isClientError = error instanceof ValidationException || error instanceof UnknownOperation
    const { name, message } = error as Error
    send(response, isClientError ? 400 : 500, { __type: isClientError ? name : 'InternalException', message })
  }
}

function putEvents(body: string, region: string, accept: (event: Accepted) => void) {
  const results = readEntries(parse(body), region, Date.now())
  const Entries = results.map((result) => {
    if (!('event' in result)) return result
    accept(result)
    return { EventId: result.event.id }
  })
  return { FailedEntryCount: results.filter((result) => !('event' in result)).length, Entries }
}

class UnknownOperation extends Error {
  override name = 'UnknownOperationException'
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new ValidationException('The request is not JSON.', { cause })
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': randomUUID() })
  response.end(JSON.stringify(body))
}

function endpointOf(server: Server): string {
  const address = server.address()
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : ''
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
