/** An S3 all of whose objects were put long ago, so that whoever reads one puts it again. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { onLoopback } from '../../support/loopback.ts'

const LONG_AGO_MS = 380 * 86_400_000

export async function startOldBucket(): Promise<{ readonly endpoint: string; close(): void }> {
  const objects = new Map<string, Buffer>()
  const server = createServer((request, reply) => void answer(objects, request, reply))
  const endpoint = await onLoopback(server)
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { endpoint, close }
}

async function answer(objects: Map<string, Buffer>, request: IncomingMessage, reply: ServerResponse) {
  const [key = ''] = (request.url ?? '').split('?')
  const body = await buffer(request)
  if (request.method === 'PUT') {
    objects.set(key, body)
    return reply.end()
  }
  const found = objects.get(key)
  if (!found) return reply.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
  const putAt = new Date(Date.now() - LONG_AGO_MS).toUTCString()
  return reply.writeHead(200, { 'content-length': found.length, 'last-modified': putAt }).end(found)
}
