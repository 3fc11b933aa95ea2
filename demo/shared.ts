/** What all customers share, and may not overload together: the same numbers are told to Sluice and to the service. */
import type { ApiLimits } from './limits.ts'

export interface SharedApi {
  readonly name: string
  /** What Sluice calls such a limit. */
  readonly kind: string
  readonly limits: ApiLimits
}

/** Whom one of the places for mail is kept for, whatever the others do. */
const KEPT = { customerId: 'initech', units: 1 } as const
/** An email provider that takes four calls simultaneously, and sixteen in any two seconds, whoever they are for; but one place is that customer's. */
export const MAIL = {
  name: 'mail',
  kind: 'total',
  limits: { concurrency: 4, allowed: 16, period_ms: 2000, kept: KEPT },
} as const satisfies SharedApi
/** A language model on a machine of its own: it works on eight pages simultaneously. */
export const MODEL: SharedApi = { name: 'model', kind: 'pool', limits: { concurrency: 8 } }
export const GUARANTEED = { api: MAIL, customerId: KEPT.customerId, places: KEPT.units } as const
export const SHARED: readonly SharedApi[] = [MAIL, MODEL]

export type DemoQueue = 'crm' | 'mail' | 'answers' | 'summaries'

/** What there is to do, how much of a shared API it uses, and its share of all jobs. */
export interface Kind {
  readonly task: string
  readonly queue: DemoQueue
  /** Absent: the customer's own CRM. */
  readonly api?: string
  readonly units: number
  readonly share: number
}

export const SYNC: Kind = { task: 'sync-contact', queue: 'crm', units: 1, share: 0.9 }
export const SEND: Kind = { task: 'send-mail', queue: 'mail', api: MAIL.name, units: 1, share: 0.05 }
export const ANSWER: Kind = { task: 'answer', queue: 'answers', api: MODEL.name, units: 1, share: 0.025 }
/** Three pages each. */
export const SUMMARISE: Kind = {
  task: 'summarise',
  queue: 'summaries',
  api: MODEL.name,
  units: 3,
  share: 0.025,
}
/** Of what all customers share. */
export const SHARED_KINDS: readonly Kind[] = [SEND, ANSWER, SUMMARISE]

export const QUEUES: readonly DemoQueue[] = [SYNC, ...SHARED_KINDS].map(({ queue }) => queue)

/** Where the service takes a call. */
export const pathOf = ({ api }: Kind, customerId: string): string =>
  api ? `/shared/${api}/calls` : `/customers/${encodeURIComponent(customerId)}/contacts`
