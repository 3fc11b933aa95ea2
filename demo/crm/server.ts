/** The CRM's HTTP API. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import type { Answer, Crm } from './crm.ts'

const callSchema = z.object({
  contactId: z.string().min(1),
  units: z.int().min(1).default(1),
  customerId: z.string().optional(),
})
const limitsSchema = z.strictObject({
  concurrency: z.int().min(0),
  allowed: z.int().min(0).optional(),
  period_ms: z.int().min(1).optional(),
  kept: z.strictObject({ customerId: z.string(), units: z.int().min(1) }).optional(),
})

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly answer: (crm: Crm, customerId: string, body: unknown) => Answer | Promise<Answer>
}

const ok = (body: unknown = {}): Answer => ({ status: 200, body })

const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/(?:customers\/([^/]+)\/contacts|shared\/([^/]+)\/calls)$/,
    answer: (crm, customerId, body) => crm.call(customerId, callSchema.parse(body)),
  },
  {
    method: 'PUT',
    path: /^\/customers\/([^/]+)\/limits$/,
    answer: (crm, customerId, body) => ok(crm.setLimits(customerId, limitsSchema.parse(body))),
  },
  { method: 'POST', path: /^\/reset$/, answer: (crm) => ok(crm.reset()) },
  { method: 'GET', path: /^\/report$/, answer: (crm) => ok(crm.report()) },
  { method: 'GET', path: /^\/progress$/, answer: (crm) => ok(crm.progress()) },
]

export function createCrmServer(crm: Crm): Server {
  const server = createServer((request, response) => void serve(crm, request, response))
  // Longer than any pause of a client: a connection closed under a client's hands would look like a failed call.
  server.keepAliveTimeout = 120_000
  return server
}

async function serve(crm: Crm, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = await route(crm, request).catch(problem)
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function route(crm: Crm, request: IncomingMessage): Promise<Answer> {
  const { method, url = '/' } = request
  for (const { method: wanted, path, answer } of ROUTES) {
    const match = method === wanted ? path.exec(url) : null
    if (!match) continue
    const body = method === 'GET' || url === '/reset' ? undefined : await json(request)
    return answer(crm, decodeURIComponent(match[1] ?? match[2] ?? ''), body)
  }
  return { status: 404, body: { error: `there is no ${method} ${url}` } }
}

function problem(error: unknown): Answer {
  const isTheirs = error instanceof z.ZodError || error instanceof SyntaxError || error instanceof URIError
  return { status: isTheirs ? 400 : 500, body: { error: String(error) } }
}
