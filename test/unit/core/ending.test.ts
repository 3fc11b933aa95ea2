import { describe, expect, test } from 'vitest'
import {
  type AttemptOutcome,
  countedAs,
  type Ending,
  endingOf,
  refusal,
  successorOf,
} from '../../../lib/core/job/ending.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { configOf, jobItem, jobOf, NOW } from '../../support/builders.ts'

const CONFIG = configOf({ retry: { attempts: 3, backoff: 1000, factor: 2, jitter: 1 } })
const DAY_MS = 86_400_000
const [FAILED, DIED] = [{ kind: 'failed', error: 'Error: no' } as const, { kind: 'died' } as const]
const UNKNOWN = { kind: 'unknown', reason: 'there is no task "sync"' } as const

const job = (part: Partial<JobItem> = {}) => jobOf(CONFIG, { ...jobItem({ id: 'a' }), note: 'mine', ...part })
const ending = (outcome: AttemptOutcome, part: Partial<JobItem> = {}, random = 0.25) =>
  endingOf(job(part), outcome, NOW, random)
/** What takes the place of a job that comes back. */
function successor(outcome: AttemptOutcome, part: Partial<JobItem> = {}) {
  const ended = ending(outcome, part)
  if (ended.kind !== 'retry' && ended.kind !== 'given back')
    throw new Error(`it does not come back: ${ended.kind}`)
  return jobOf(CONFIG, successorOf(job(part), ended))
}

describe('an attempt that', () => {
  test('succeeded is the end of its job', () => {
    expect(ending({ kind: 'succeeded' }, { attempt: 3 })).toEqual({ kind: 'done' })
  })

  test('failed is followed by another, after the backoff less its jitter', () => {
    expect(ending(FAILED)).toEqual({ kind: 'retry', at: NOW + 750, error: 'Error: no' })
    expect(ending(FAILED, { attempt: 2 }, 0)).toEqual({ kind: 'retry', at: NOW + 2000, error: 'Error: no' })
  })

  test.each([3, 4])('failed as number %d of three was the last', (attempt) => {
    expect(ending(FAILED, { attempt })).toEqual({ kind: 'dead', reason: 'exhausted', error: 'Error: no' })
  })

  test('was refused is the only one, however many were left', () => {
    const refused = { kind: 'dead', reason: 'refused', error: 'payload: no' }
    expect(ending({ kind: 'refused', reason: 'payload: no' })).toEqual(refused)
    expect(refusal('payload: no')).toEqual(refused)
  })
})

describe('a task that the worker does not know', () => {
  const to = { kind: 'given back', to: 'a newer worker', error: UNKNOWN.reason }

  test('is left to a newer one: soon at first, then less and less often', () => {
    expect(ending(UNKNOWN)).toEqual({ ...to, unknownSince: NOW, at: NOW + 5000 })
    const unknownSince = NOW - 60_000
    expect(ending(UNKNOWN, { unknownSince })).toEqual({ ...to, unknownSince, at: NOW + 30_000 })
  })

  test('is refused after a day', () => {
    expect(ending(UNKNOWN, { unknownSince: NOW - DAY_MS + 1 })).toMatchObject(to)
    const error = 'there is no task "sync", for a day'
    expect(ending(UNKNOWN, { unknownSince: NOW - DAY_MS })).toEqual({
      kind: 'dead',
      reason: 'refused',
      error,
    })
  })

  test('has spent nothing, not even its last attempt', () => {
    expect(successor(UNKNOWN, { attempt: 3 })).toMatchObject({ attempt: 3, unknownSince: NOW })
  })
})

describe('a worker that died', () => {
  const error = expect.stringContaining('the worker stopped before the handler finished')

  test('has spent the attempt of a job that it ran alone', () => {
    expect(ending({ ...DIED, shared: false })).toEqual({ kind: 'retry', at: NOW + 750, error })
    expect(ending({ ...DIED, shared: false }, { attempt: 3 })).toEqual({
      kind: 'dead',
      reason: 'exhausted',
      error,
    })
  })

  test('has spent nothing of the jobs that shared its process: each comes back, to be run alone', () => {
    const shared = { ...DIED, shared: true }
    expect(ending(shared, { attempt: 3 })).toEqual({
      kind: 'given back',
      to: 'a process of its own',
      at: NOW + 3000,
      error,
    })
    expect(successor(shared, { attempt: 3 })).toMatchObject({ attempt: 3, alone: true })
  })

  test('has spent the attempt of one that was to run alone, whatever its slot says', () => {
    expect(ending({ ...DIED, shared: true }, { alone: true })).toMatchObject({ kind: 'retry' })
  })
})

describe('the job that comes back', () => {
  test('is the next attempt, with everything that its item holds', () => {
    const next = successor(FAILED, { alone: true })
    expect(next).toMatchObject({ id: 'a', attempt: 2, runAt: NOW + 750, payload: { customer: 'acme' } })
    expect(next.item).toMatchObject({ note: 'mine', alone: true })
  })

  test('is known again once it was tried', () => {
    const unknownSince = NOW - 1
    expect(successor(FAILED, { unknownSince }).unknownSince).toBeUndefined()
    expect(successor({ ...DIED, shared: true }, { unknownSince }).unknownSince).toBeUndefined()
  })

  test.each([-5, 0])('has another key although it may run %d ms after it was due', (after_ms) => {
    const retry = { kind: 'retry', at: NOW + after_ms, error: 'no' } as const
    expect(successorOf(job(), retry).sk).toBe('5#2030-01-31T09:00:00.001Z#a')
  })
})

test.each<[Ending, 'ok' | 'failed' | undefined]>([
  [{ kind: 'done' }, 'ok'],
  [{ kind: 'retry', at: NOW, error: 'no' }, 'failed'],
  [{ kind: 'dead', reason: 'exhausted', error: 'no' }, 'failed'],
  [{ kind: 'dead', reason: 'refused', error: 'no' }, undefined],
  [{ kind: 'slowed', until: NOW, error: 'HTTP 429' }, undefined],
  [{ kind: 'given back', to: 'a process of its own', at: NOW, error: 'no' }, undefined],
])('%o counts as %s', (ending, counted) => expect(countedAs(ending)).toBe(counted))

describe('a failed attempt of a tick', () => {
  const next = [NOW - 60_000, NOW + 60_000, NOW + 120_000]
  const tick = { task: 'sync', name: 'daily', at: NOW - 120_000, next }
  const of = (onFailure: 'commit' | 'wait', given: readonly number[] = next) => ({
    schedule: { ...tick, next: given, onFailure },
  })
  const error = 'Error: no'

  test('is followed by another as any is, if its schedule does not say otherwise', () => {
    expect(ending(FAILED, { schedule: tick })).toEqual({ kind: 'retry', at: NOW + 750, error })
  })

  test('is the last, if its schedule goes on anyway', () => {
    expect(ending(FAILED, of('commit'))).toEqual({ kind: 'dead', reason: 'exhausted', error })
  })

  test('is followed by another at the next tick that has not come, if its schedule waits for that', () => {
    expect(ending(FAILED, of('wait'))).toEqual({ kind: 'retry', at: NOW + 60_000, error })
    expect(ending(FAILED, { ...of('wait'), attempt: 3 })).toMatchObject({ reason: 'exhausted' })
  })

  test('is not tried again at the tick for which it has waited, although the clock of its worker is behind', () => {
    const waited = { ...job({ ...of('wait'), attempt: 2 }), runAt: NOW + 60_000 }
    expect(endingOf(waited, FAILED, NOW, 0.25)).toEqual({ kind: 'retry', at: NOW + 120_000, error })
  })

  test('is followed by another as any is, if there is no such tick, or it has outlived all that it knows of', () => {
    expect(ending(FAILED, of('wait', []))).toEqual({ kind: 'retry', at: NOW + 750, error })
    expect(ending(FAILED, of('wait', [NOW]))).toEqual({ kind: 'retry', at: NOW + 750, error })
  })

  test('leaves what it says of its tick to the next', () => {
    expect(successor(FAILED, of('wait'))).toMatchObject({ attempt: 2, schedule: of('wait').schedule })
  })
})
