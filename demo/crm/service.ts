/** The CRM as a process of its own: `node crm-service.ts [port]`. */
import { serveAsChild } from '../child.ts'
import { Crm } from './crm.ts'
import { createCrmServer } from './server.ts'

/** What the example's configuration allows a customer. */
const LIMITS = { concurrency: 3, allowed: 20, period_ms: 2000 }

/** Epoch ms, with fractions, and never going back. */
const now = () => performance.timeOrigin + performance.now()

await serveAsChild(
  createCrmServer(new Crm({ latency_ms: { min: 30, max: 150 }, now, defaults: LIMITS })),
  Number(process.argv[2] ?? 0),
)
