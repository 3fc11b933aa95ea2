/** The demo's tasks: the example's, and those that call what all customers share. */
import { z } from 'zod'
import { syncContact } from '../examples/crm-sync/tasks.ts'
import { defineTask } from '../lib/index.ts'
import { ANSWER, type Kind, pathOf, SEND, SUMMARISE } from './shared.ts'

const payload = z.object({ customerId: z.string().min(1), contactId: z.string().min(1) })

const callShared = (kind: Kind) =>
  defineTask({
    name: kind.task,
    queue: kind.queue,
    payload,
    handler: async ({ payload: { customerId, contactId }, signal }) => {
      const url = new URL(pathOf(kind, customerId), process.env['CRM_URL'])
      const body = JSON.stringify({ customerId, contactId, units: kind.units })
      const response = await fetch(url, { method: 'POST', body, signal })
      if (!response.ok) throw new Error(`${kind.api} answered ${response.status}: ${await response.text()}`)
    },
  })

export const TASKS = [syncContact, callShared(SEND), callShared(ANSWER), callShared(SUMMARISE)] as const
