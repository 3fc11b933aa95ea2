/** The jobs of a run. The same seed gives the same jobs. */
import { FLAKY } from './crm/crm.ts'
import { type Customer, createCustomers } from './customers.ts'
import { MALFORMED, type Malformed } from './malformed.ts'
import { type Random, seededRandom } from './random.ts'
import { type Kind, SHARED_KINDS, SYNC } from './shared.ts'

export const WAYS = ['client', 'put', 'event'] as const
/** How a job gets in: by the typed client, by a plain PutItem, or by an event on the bus. */
export type Way = (typeof WAYS)[number]

export interface DemoJob {
  readonly kind: Kind
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
  const shared = SHARED_KINDS.flatMap((kind) => Array<Kind>(Math.round(kind.share * options.jobs)).fill(kind))
  const customers = createCustomers(options.customers, options.jobs - shared.length)
  const synced = customers.flatMap(({ id, jobs }) => Array<string>(jobs).fill(id))
  // Who has many contacts uses much of what all share.
  const anybody = () => synced[random.integer(0, synced.length - 1)] ?? ''
  const ofShared = shared.map((kind) => ({ kind, customerId: anybody() }))
  const wanted = random.shuffle([...synced.map((customerId) => ({ kind: SYNC, customerId })), ...ofShared])
  const jobs = wanted.map((one, index) => createJob(one, index, wanted.length, random))
  return { customers, jobs: random.shuffle(jobs), malformed: MALFORMED }
}

function createJob(
  wanted: Pick<DemoJob, 'kind' | 'customerId'>,
  index: number,
  total: number,
  random: Random,
): DemoJob {
  const flaky = random.number() < FAILING_AT_FIRST ? FLAKY : ''
  const delay_ms = random.number() < DELAYED ? random.integer(1000, 20_000) : 0
  return { ...wanted, contactId: `${flaky}contact-${index + 1}`, way: wayOf(index / total), delay_ms }
}

/** `place` from 0 to 1: exact shares, whatever the seed. */
function wayOf(place: number): Way {
  if (place < SPLIT.client) return 'client'
  return place < SPLIT.client + SPLIT.put ? 'put' : 'event'
}

export const isFlaky = ({ contactId }: DemoJob): boolean => contactId.startsWith(FLAKY)
