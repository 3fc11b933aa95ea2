/** Starts the CRM service as a child process, and talks to it. */
import { type Child, startChild } from '../child.ts'
import type { ApiLimits } from '../limits.ts'
import type { CrmProgress, CrmReport } from './crm.ts'

export interface CrmService extends Child {
  setLimits(customerId: string, limits: ApiLimits): Promise<void>
  progress(): Promise<CrmProgress>
  report(): Promise<CrmReport>
  reset(): Promise<void>
}

const ENTRY = new URL('./service.ts', import.meta.url)

export async function startCrm(): Promise<CrmService> {
  const child = await startChild(ENTRY)
  return { ...child, ...crmClient(child.url) }
}

function crmClient(url: string): Omit<CrmService, keyof Child> {
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`the CRM answered ${response.status} to ${method} ${path}`)
    return (await response.json()) as unknown
  }
  return {
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
