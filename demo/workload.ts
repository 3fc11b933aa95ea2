/** The jobs of a run. The same seed gives the same jobs. */
import { FLAKY } from './crm/crm.ts'
import { type Customer, createCustomers } from './customers.ts'
import { MALFORMED, type Malformed } from './malformed.ts'
import { type Random, seededRandom } from './random.ts'

export const WAYS = ['client', 'put', 'event'] as const
/** How a job gets in: by the typed client, by a plain PutItem, or by an event on the bus. */
export type Way = (typeof WAYS)[number]

export interface DemoJob {
  readonly customerId: string
  readonly contactId: string
  readonly way: Way
  /** 0 for most. */
  readonly delay_ms: number
}

export interface Workload {
  readonly customers: readonly Customer[]
  /** In the order in which they arrive. */
  readonly jobs: readonly DemoJob[]
  readonly malformed: readonly Malformed[]
}

export interface WorkloadOptions {
  readonly jobs: number
  readonly customers: number
  readonly seed: number
}

/** Of all jobs. */
export const SPLIT: Readonly<Record<Way, number>> = { client: 0.5, put: 0.3, event: 0.2 }
const DELAYED = 0.15
const FAILING_AT_FIRST = 0.04

export function createWorkload(options: WorkloadOptions): Workload {
  const random = seededRandom(options.seed)
  const customers = createCustomers(options.customers, options.jobs)
  const owners = random.shuffle(customers.flatMap(({ id, jobs }) => Array<string>(jobs).fill(id)))
  const jobs = owners.map((customerId, index) => createJob(customerId, index, owners.length, random))
  return { customers, jobs: random.shuffle(jobs), malformed: MALFORMED }
}

function createJob(customerId: string, index: number, total: number, random: Random): DemoJob {
  const flaky = random.number() < FAILING_AT_FIRST ? FLAKY : ''
  const delay_ms = random.number() < DELAYED ? random.integer(1000, 20_000) : 0
  return { customerId, contactId: `${flaky}contact-${index + 1}`, way: wayOf(index / total), delay_ms }
}

/** `place` from 0 to 1: exact shares, whatever the seed. */
function wayOf(place: number): Way {
  if (place < SPLIT.client) return 'client'
  return place < SPLIT.client + SPLIT.put ? 'put' : 'event'
}

export const isFlaky = ({ contactId }: DemoJob): boolean => contactId.startsWith(FLAKY)
