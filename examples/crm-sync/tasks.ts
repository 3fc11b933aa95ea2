/** The tasks: what there is to do. */
import { z } from 'zod'
import { defineTask } from '../../lib/index.ts'

/** Copies one contact to the customer's CRM. */
export const syncContact = defineTask({
  name: 'sync-contact',
  queue: 'crm',
  payload: z.object({ customerId: z.string().min(1), contactId: z.string().min(1) }),
  handler: async ({ payload, job, signal, logger }) => {
    const url = new URL(`/customers/${encodeURIComponent(payload.customerId)}/contacts`, crmUrl())
    const body = JSON.stringify({ contactId: payload.contactId, attempt: job.attempt })
    const response = await fetch(url, { method: 'POST', body, signal })
    if (!response.ok) throw new Error(`the CRM answered ${response.status}: ${await response.text()}`)
    logger.debug('contact synced', { contactId: payload.contactId })
  },
})

function crmUrl(): string {
  const url = process.env['CRM_URL']
  if (!url)
    throw new Error('CRM_URL is not set: give it to `npm run dev` or `cdk deploy` as a variable of the shell')
  return url
}
