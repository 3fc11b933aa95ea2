/**
 * Services of the demo that run as processes of their own: they print their URL on one line, and end with their
 * standard input, so that they never outlive whoever started them.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'

export interface Child {
  readonly url: string
  readonly pid: number | undefined
  stop(): Promise<void>
}

/** Detached: a Ctrl-C in the terminal is for the demo, which needs its services until it has stopped. */
export async function startChild(entry: URL, ...args: string[]): Promise<Child> {
  const child = spawn(process.execPath, [entry.pathname, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const exited = once(child, 'exit')
  const failed = exited.then(() => Promise.reject(new Error(`${entry.pathname} ended before it was ready`)))
  const [url] = await Promise.race([once(createInterface(child.stdout), 'line'), failed])
  failed.catch(() => {})
  const stop = async () => {
    child.stdin.end()
    child.kill()
    await exited
  }
  return { url, pid: child.pid, stop }
}

/** What such a process does. With a port it was started by a person, and stays until it is told to stop. */
export async function serveAsChild(server: Server, port = 0): Promise<void> {
  server.once('error', ({ message }) => {
    console.error(`cannot listen on port ${port}: ${message}`)
    process.exit(1)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
  if (port === 0) process.stdin.resume().on('end', () => process.exit(0))
}
