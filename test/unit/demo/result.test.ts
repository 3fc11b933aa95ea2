/** The verdict: whatever goes wrong has to be seen. */
import { describe, expect, it } from 'vitest'
import { type Call, CrmAccount } from '../../../demo/crm/account.ts'
import type { CrmReport } from '../../../demo/crm/crm.ts'
import { toJson } from '../../../demo/json.ts'
import type { ApiLimits } from '../../../demo/limits.ts'
import { type Evidence, judge, problems } from '../../../demo/result.ts'
import { SHARED, SYNC } from '../../../demo/shared.ts'
import { percentile } from '../../../demo/statistics.ts'
import { createWorkload } from '../../../demo/workload.ts'
import type { DeadLetter } from '../../../lib/index.ts'

const workload = createWorkload({ jobs: 60, customers: 4, seed: 7 })

/** Everything as it should be: one call after the other, a minute apart, 100 ms after it was due. */
function goodEvidence(): Evidence & { accounts: Map<string, CrmAccount> } {
  const limits: (readonly [string, ApiLimits])[] = [
    ...workload.customers.map(({ id, limits }) => [id, limits] as const),
    ...SHARED.map(({ name, limits }) => [name, limits] as const),
  ]
  const accounts = new Map(limits.map(([id, limits]) => [id, new CrmAccount(id, limits)]))
  const dueAt = new Map(workload.jobs.map(({ contactId }, index) => [contactId, index * 60_000]))
  for (const { kind, customerId, contactId } of workload.jobs)
    succeed(
      accounts.get(kind.api ?? customerId),
      { customerId, contactId },
      (dueAt.get(contactId) ?? 0) + 100,
    )
  const deadLetters = workload.malformed.map(({ mark }) => letter(`{"id":"${mark}"}`))
  const evidence = { workload, dueAt, deadLetters, accounts }
  return { ...evidence, report: reportOf(accounts) }
}

function succeed(account: CrmAccount | undefined, call: Call, at: number): void {
  account?.arrive(call, at)
  account?.leave(call, at + 50, 'succeeded')
}

const reportOf = (accounts: Map<string, CrmAccount>): CrmReport => ({
  accounts: [...accounts.values()].map((account) => account.report()),
  maxConcurrent: 1,
})

const letter = (job: string): DeadLetter => ({
  pk: 'dead|crm',
  sk: '2026-01-01T00:00:00.000Z#x',
  reason: 'refused',
  error: 'it is wrong',
  job,
  expiresAt: 0,
})

const problemsAfter = (
  change: (evidence: ReturnType<typeof goodEvidence>) => Partial<Evidence>,
): string[] => {
  const evidence = goodEvidence()
  return problems(judge({ ...evidence, ...change(evidence) }))
}

describe('the verdict', () => {
  it('finds nothing where all is well', () => {
    const result = judge(goodEvidence())
    expect(problems(result)).toEqual([])
    expect(result).toMatchObject({ jobs: 60, completed: 60, dead: 0, violations: 0, refused: 0, repeated: 0 })
    expect(result.customers[0]?.wait_ms).toEqual({ p50: 100, p99: 100 })
  })

  it('misses a job that the service has not seen', () => {
    const [job] = workload.jobs
    const without = (evidence: Evidence): CrmReport => ({
      ...evidence.report,
      accounts: evidence.report.accounts.map((account) => ({
        ...account,
        contacts: Object.fromEntries(
          Object.entries(account.contacts).filter(([id]) => id !== job?.contactId),
        ),
      })),
    })
    expect(problemsAfter((evidence) => ({ report: without(evidence) }))).toEqual([
      `jobs are missing: ${job?.contactId}`,
    ])
  })

  it('misses a job that was called and never succeeded', () => {
    const evidence = goodEvidence()
    const extra = {
      kind: SYNC,
      contactId: 'late',
      customerId: 'globex',
      way: 'put',
      delay_ms: 0,
    } as const
    evidence.accounts.get('globex')?.arrive({ contactId: 'late' }, 9e9)
    const result = judge({
      ...evidence,
      workload: { ...workload, jobs: [...workload.jobs, extra] },
      report: reportOf(evidence.accounts),
    })
    expect(result).toMatchObject({ jobs: 61, completed: 60, missing: ['late'] })
  })

  it('sees a broken concurrency and a broken rate', () => {
    const flood = (apart_ms: number) => (evidence: ReturnType<typeof goodEvidence>) => {
      const account = evidence.accounts.get('globex')
      const [{ contactId } = { contactId: '' }] = workload.jobs.filter(
        ({ kind, customerId }) => kind === SYNC && customerId === 'globex',
      )
      for (let n = 0; n < 200; n++) {
        account?.arrive({ contactId }, 9e9 + n * apart_ms)
        if (apart_ms > 0) account?.leave({ contactId }, 9e9 + n * apart_ms, 'failed')
      }
      return { report: reportOf(evidence.accounts) }
    }
    expect(problemsAfter(flood(0))).toEqual([
      'limits were broken (1)',
      expect.stringContaining('refused calls'),
    ])
    expect(problemsAfter(flood(1)).length).toBeGreaterThan(0)
  })

  it('sees more units of what all share in use than there are', () => {
    const evidence = goodEvidence()
    const [{ contactId } = { contactId: '' }] = workload.jobs.filter(({ kind }) => kind.api === 'model')
    for (const units of [6, 3]) evidence.accounts.get('model')?.arrive({ contactId, units }, 9e9)
    const result = judge({ ...evidence, report: reportOf(evidence.accounts) })
    expect(result).toMatchObject({ violations: 1, refused: 1 })
    expect(result.shared.at(-1)).toMatchObject({ name: 'model', limit: 8, maxConcurrent: 9 })
  })

  it('sees others in the place that is kept for one customer', () => {
    const evidence = goodEvidence()
    expect(judge(evidence).guaranteed).toMatchObject({ api: 'mail', limit: 3, maxConcurrent: 1 })
    const mail = workload.jobs.filter(
      ({ kind, customerId }) => kind.api === 'mail' && customerId !== 'initech',
    )
    const contactId = mail[0]?.contactId ?? ''
    for (let n = 0; n < 4; n++) evidence.accounts.get('mail')?.arrive({ customerId: 'acme', contactId }, 9e9)
    const result = judge({ ...evidence, report: reportOf(evidence.accounts) })
    expect(result).toMatchObject({ violations: 1, refused: 1, guaranteed: { limit: 3, maxConcurrent: 4 } })
    expect(problems(result)).toContain('limits were broken (1)')
  })

  it('sees a well-formed job in the dead letters', () => {
    expect(
      problemsAfter(({ deadLetters }) => ({ deadLetters: [...deadLetters, letter('{"id":"contact-1"}')] })),
    ).toEqual(['well-formed jobs ended in the dead letters (1)'])
  })

  it('sees a malformed job that vanished', () => {
    expect(problemsAfter(({ deadLetters }) => ({ deadLetters: deadLetters.slice(1) }))).toEqual([
      'malformed jobs are not in the dead letters: malformed-1',
    ])
  })

  it('sees a contact that nobody asked for', () => {
    expect(
      problemsAfter(({ accounts }) => {
        succeed(accounts.get('acme'), { contactId: 'ghost' }, 9e9)
        return { report: reportOf(accounts) }
      }),
    ).toEqual(['the service saw contacts that nobody had asked for: ghost'])
  })
})

describe('the JSON line', () => {
  it('has exactly the promised fields', () => {
    const units = { write_per_job: 5, read_per_job: 4, by_case: [] }
    const json = toJson(judge(goodEvidence()), 123, units)
    expect(Object.keys(json)).toEqual([
      'jobs',
      'completed',
      'dead',
      'violations',
      'refused',
      'refusedWithout',
      'customers',
      'shared',
      'units',
    ])
    expect(Object.keys(json.customers[0] ?? {})).toEqual([
      'id',
      'limit',
      'maxConcurrent',
      'allowed',
      'period_ms',
      'maxInWindow',
      'refused',
      'wait_ms',
    ])
  })
})

describe('a percentile', () => {
  it('is the nearest rank', () => {
    const values = [5, 1, 4, 2, 3]
    expect([0.5, 0.99, 0.01, 1].map((fraction) => percentile(values, fraction))).toEqual([3, 5, 1, 5])
    expect(percentile([], 0.5)).toBe(0)
  })
})
