/**
 * The CRM as a process of its own: `node crm-service.ts` prints its URL on one line and ends with its standard input,
 * so that it never outlives whoever started it.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Crm } from './crm.ts'
import { createCrmServer } from './crm-server.ts'

/** Epoch ms, with fractions, and never going back. */
const now = () => performance.timeOrigin + performance.now()

const server = createCrmServer(new Crm({ latency_ms: { min: 30, max: 150 }, now }))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)

process.stdin.resume().on('end', () => process.exit(0))
