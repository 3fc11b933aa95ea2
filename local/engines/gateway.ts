/** Stands before an engine and tells who calls what: engines themselves ask nobody for their rights. */
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { CREDENTIALS } from '../clients.ts'
import { type Call, callsOf, type Service } from './calls.ts'

export interface GatewayOptions {
  readonly service: Service
  readonly region: string
  /** The engine's endpoint. */
  readonly behind: string
  /** The engine gets the call when this has ended. */
  seen(call: Call): void | Promise<void>
}

export interface Gateway {
  readonly endpoint: string
  stop(): void
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, reply) => {
    void pass(options, agent, incoming, reply).catch(() => reply.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The gateway listens nowhere.')
  const stop = () => {
    server.closeAllConnections()
    server.close()
    agent.destroy()
  }
  return { endpoint: `http://127.0.0.1:${address.port}`, stop }
}

async function pass(options: GatewayOptions, agent: Agent, incoming: IncomingMessage, reply: ServerResponse) {
  const { service, region, behind, seen } = options
  const { method = 'GET', url = '/', headers } = incoming
  const body = await buffer(incoming)
  const text = service === 's3' ? '' : body.toString()
  for (const call of callsOf(service, region, { method, url, headers, body: text })) await seen(call)
  const outgoing = request(behind + url, { method, agent, headers: asAnybody(headers, behind) })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  reply.writeHead(answer.statusCode ?? 500, answer.headers)
  // An engine that dies in the middle takes the connection along, as it would without us.
  answer.on('error', () => reply.destroy()).pipe(reply)
}

/** Some engines keep the tables of each access key apart. Nobody checks signatures. */
function asAnybody(headers: IncomingMessage['headers'], behind: string): IncomingMessage['headers'] {
  const { authorization = '' } = headers
  return {
    ...headers,
    host: new URL(behind).host,
    authorization: authorization.replace(/Credential=[^/]+\//, `Credential=${CREDENTIALS.accessKeyId}/`),
  }
}
