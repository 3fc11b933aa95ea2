/** What a run proved. The service is the witness: nothing here is taken from Sluice's word but the dead letters. */
import type { DeadLetter } from '../lib/index.ts'
import type { AccountReport } from './crm/account.ts'
import type { CrmReport } from './crm/crm.ts'
import type { Customer } from './customers.ts'
import { markIn } from './malformed.ts'
import { GUARANTEED, SHARED, type SharedApi } from './shared.ts'
import { percentile } from './statistics.ts'
import type { Workload } from './workload.ts'

export interface CustomerResult {
  readonly id: string
  readonly limit: number
  readonly maxConcurrent: number
  readonly allowed: number
  readonly period_ms: number
  readonly maxInWindow: number
  readonly refused: number
  /** From when a job was due to when the service first saw it. */
  readonly wait_ms: { readonly p50: number; readonly p99: number }
}

/** What one of the limits over all customers came to. */
export interface SharedResult {
  readonly name: string
  readonly jobs: number
  readonly limit: number
  readonly maxConcurrent: number
  /** Absent if it has no rate. */
  readonly allowed?: number
  readonly maxInWindow: number
  readonly refused: number
  readonly wait_ms: CustomerResult['wait_ms']
}

/**
 * What the customer came to for whom a place is kept: its jobs there only. That its first job finds a place whatever the others do is
 * that these never have more than the rest, and the service counts that.
 */
export interface GuaranteedResult {
  readonly customerId: string
  readonly api: string
  readonly places: number
  readonly jobs: number
  /** How many places the others may have. */
  readonly limit: number
  /** How many they had. */
  readonly maxConcurrent: number
  readonly wait_ms: CustomerResult['wait_ms']
}

export interface Result {
  readonly jobs: number
  /** Jobs whose contact the service has. */
  readonly completed: number
  /** Dead letters of well-formed jobs. */
  readonly dead: number
  /** Limits that were broken: a concurrency or a rate of one customer, one over all of them, or what is kept for one. */
  readonly violations: number
  readonly refused: number
  readonly customers: readonly CustomerResult[]
  readonly shared: readonly SharedResult[]
  readonly guaranteed: GuaranteedResult
  /** Contacts that the service saw and nobody had asked for. */
  readonly unknown: readonly string[]
  readonly missing: readonly string[]
  /** Contacts that succeeded more than once. */
  readonly repeated: number
  /** The malformed, with the reason that Sluice gave. */
  readonly refusals: readonly string[]
  /** The malformed that are not in the dead letters. */
  readonly lost: readonly string[]
}

export interface Evidence {
  readonly workload: Workload
  readonly report: CrmReport
  readonly deadLetters: readonly DeadLetter[]
  /** Contact → when its job was due, epoch ms. */
  readonly dueAt: ReadonlyMap<string, number>
}

export function judge(evidence: Evidence): Result {
  const { workload, report, deadLetters } = evidence
  const contacts = new Map(report.accounts.flatMap((account) => Object.entries(account.contacts)))
  const wanted = new Set(workload.jobs.map(({ contactId }) => contactId))
  const missing = [...wanted].filter((id) => !contacts.get(id)?.successes)
  const customers = workload.customers.map((customer) => customerResult(customer, evidence))
  const shared = SHARED.map((api) => sharedResult(api, evidence))
  const guaranteed = guaranteedResult(evidence)
  const marks = deadLetters.map(({ job, sk }) => markIn(job) ?? markIn(sk))
  return {
    jobs: wanted.size,
    completed: wanted.size - missing.length,
    dead: marks.filter((mark) => mark === undefined).length,
    violations: sum([...customers, ...shared, guaranteed].map(broken)),
    refused: sum([...customers, ...shared].map(({ refused }) => refused)),
    customers,
    shared,
    guaranteed,
    unknown: [...contacts.keys()].filter((id) => !wanted.has(id)),
    missing,
    repeated: [...contacts.values()].filter(({ successes }) => successes > 1).length,
    refusals: deadLetters.filter((_, index) => marks[index] !== undefined).map(({ error }) => error),
    lost: workload.malformed.map(({ mark }) => mark).filter((mark) => !marks.includes(mark)),
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

type Seen = Pick<CustomerResult, 'limit' | 'maxConcurrent'> &
  Partial<Pick<CustomerResult, 'allowed' | 'maxInWindow'>>

const broken = ({
  limit,
  maxConcurrent,
  allowed = Number.POSITIVE_INFINITY,
  maxInWindow = 0,
}: Seen): number => Number(maxConcurrent > limit) + Number(maxInWindow > allowed)

/** What has gone wrong, in words. Nothing: the run proved what it was to prove. */
export function problems(result: Result): string[] {
  const { violations, refused, missing, dead, unknown, lost } = result
  const found: readonly (readonly [number, string])[] = [
    [violations, `limits were broken (${violations})`],
    [refused, `the service refused calls (${refused})`],
    [missing.length, `jobs are missing: ${some(missing)}`],
    [dead, `well-formed jobs ended in the dead letters (${dead})`],
    [unknown.length, `the service saw contacts that nobody had asked for: ${some(unknown)}`],
    [lost.length, `malformed jobs are not in the dead letters: ${some(lost)}`],
  ]
  return found.filter(([count]) => count > 0).map(([, text]) => text)
}

const some = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')

function customerResult({ id, limits }: Customer, evidence: Evidence): CustomerResult {
  const { maxConcurrent, maxInWindow, refused, wait_ms } = seenOf(id, evidence)
  const { concurrency: limit, allowed, period_ms } = limits
  return { id, limit, maxConcurrent, allowed, period_ms, maxInWindow, refused, wait_ms }
}

function sharedResult({ name, limits }: SharedApi, evidence: Evidence): SharedResult {
  const { maxConcurrent, maxInWindow, refused, wait_ms } = seenOf(name, evidence)
  const jobs = evidence.workload.jobs.filter(({ kind }) => kind.api === name).length
  const { concurrency: limit, allowed } = limits
  const rate = allowed === undefined ? {} : { allowed }
  return { name, jobs, limit, maxConcurrent, ...rate, maxInWindow, refused, wait_ms }
}

function guaranteedResult({ workload, report, dueAt }: Evidence): GuaranteedResult {
  const { customerId, api, places } = GUARANTEED
  const own = workload.jobs.filter((job) => job.kind.api === api.name && job.customerId === customerId)
  const ids = new Set(own.map(({ contactId }) => contactId))
  const account = report.accounts.find(({ id }) => id === api.name)
  const contacts = Object.entries(account?.contacts ?? {}).filter(([id]) => ids.has(id))
  const waits = waitsOf({ contacts: Object.fromEntries(contacts) }, dueAt)
  const wait_ms = { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) }
  const limit = api.limits.concurrency - places
  const maxConcurrent = account?.maxOfOthers ?? 0
  return { customerId, api: api.name, places, jobs: own.length, limit, maxConcurrent, wait_ms }
}

function seenOf(id: string, { report, dueAt }: Evidence) {
  const account = report.accounts.find((candidate) => candidate.id === id)
  const waits = account ? waitsOf(account, dueAt) : []
  return {
    maxConcurrent: account?.maxConcurrent ?? 0,
    maxInWindow: account?.maxInWindow ?? 0,
    refused: account?.refused ?? 0,
    wait_ms: { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) },
  }
}

const waitsOf = (
  { contacts }: Pick<AccountReport, 'contacts'>,
  dueAt: ReadonlyMap<string, number>,
): number[] =>
  Object.entries(contacts).flatMap(([id, { firstArrivalAt }]) => {
    const due = dueAt.get(id)
    return due === undefined ? [] : [Math.max(0, Math.round(firstArrivalAt - due))]
  })
