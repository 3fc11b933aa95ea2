/** Starts the CRM service as a child process, and talks to it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { CrmProgress, CrmReport } from './crm.ts'
import type { CrmLimits } from './limits.ts'

export interface CrmService {
  readonly url: string
  readonly pid: number | undefined
  setLimits(customerId: string, limits: CrmLimits): Promise<void>
  progress(): Promise<CrmProgress>
  report(): Promise<CrmReport>
  reset(): Promise<void>
  stop(): Promise<void>
}

const ENTRY = new URL('./crm-service.ts', import.meta.url).pathname

/** Detached: a Ctrl-C in the terminal is for the demo, which still needs the service until it has stopped. */
export async function startCrm(): Promise<CrmService> {
  const child = spawn(process.execPath, [ENTRY], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const exited = once(child, 'exit')
  const failed = exited.then(() => Promise.reject(new Error('the CRM service ended before it was ready')))
  const [url] = await Promise.race([once(createInterface(child.stdout), 'line'), failed])
  failed.catch(() => {})
  return {
    ...crmClient(url),
    pid: child.pid,
    stop: async () => {
      child.stdin.end()
      child.kill()
      await exited
    },
  }
}

function crmClient(url: string): Omit<CrmService, 'pid' | 'stop'> {
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`the CRM answered ${response.status} to ${method} ${path}`)
    return (await response.json()) as unknown
  }
  return {
    url,
    setLimits: async (customerId, limits) => {
      await call('PUT', `/customers/${encodeURIComponent(customerId)}/limits`, limits)
    },
    progress: async () => (await call('GET', '/progress')) as CrmProgress,
    report: async () => (await call('GET', '/report')) as CrmReport,
    reset: async () => {
      await call('POST', '/reset')
    },
  }
}
