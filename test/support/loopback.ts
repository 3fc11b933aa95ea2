/** Servers of tests, which talk to loopback only. */
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** Listens on a port that is free. Returns the URL. */
export async function onLoopback(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
