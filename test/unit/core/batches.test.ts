/** How due jobs become batches, as pure functions; and which jobs a slot holds. */
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../../lib/core/errors.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { batchesOf } from '../../../lib/core/pass/batches.ts'
import { holderOfKey, jobsInFlight, keysOfSlot, slotOfJob } from '../../../lib/core/shard/in-flight.ts'
import { slotEntries, sortKeyOf } from '../../../lib/core/shard/state.ts'
import type { Duration } from '../../../lib/core/text/duration.ts'
import { reasonText } from '../../../lib/core/why/reason-text.ts'
import { asId, claimed, configOf, jobItem, jobOf, NOW, sortKey } from '../../support/builders.ts'

const CONFIG = configOf({ concurrency: 1, batch: { size: 3, wait: '5s' } })
const RULE = { size: 3, wait_ms: 5000 }
const job = (id: string, more: Partial<JobItem> = {}) => jobOf(CONFIG, { ...jobItem({ id }), ...more })
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id).join('')
const batches = (jobs: Parameters<typeof batchesOf>[0], now = NOW, rule = RULE) => {
  const { ready, partial, partialUntil } = batchesOf(jobs, rule, now)
  return { ready: ready.map(ids), partial: ids(partial), until: partialUntil }
}

describe('due jobs', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => job(id)) as [
    ReturnType<typeof job>,
    ...ReturnType<typeof job>[],
  ]

  test('each are one batch in a queue without batches', () => {
    expect(batchesOf([a, b as typeof a], undefined, NOW).ready.map(ids)).toEqual(['a', 'b'])
  })

  test('are taken as they come, and the last batch waits until it is full', () => {
    expect(batches([a, b, c, d] as (typeof a)[])).toEqual({ ready: ['abc'], partial: 'd', until: NOW + 5000 })
  })

  test('wait no longer than the one that has waited for longest, whatever its priority', () => {
    const urgent = jobOf(CONFIG, jobItem({ id: 'u', priority: 0, runAt: NOW + 4000 }))
    expect(batches([urgent, a], NOW + 4999)).toMatchObject({ partial: 'ua', until: NOW + 5000 })
    expect(batches([urgent, a], NOW + 5000)).toMatchObject({ ready: ['ua'], partial: '' })
  })

  test('of another task begin another batch, and the one before it waits no longer', () => {
    expect(batches([a, job('x', { task: 'other' }), d as typeof a])).toMatchObject({
      ready: ['a', 'x'],
      partial: 'd',
    })
  })

  test('that may have killed a process are by themselves', () => {
    expect(batches([a, job('x', { alone: true }), d as typeof a])).toMatchObject({
      ready: ['a', 'x'],
      partial: 'd',
    })
  })

  test('of one batch are no more than a page of the database', () => {
    const large = (id: string) => job(id, { payload: { blob: 'x'.repeat(350_000) } })
    const rule = { size: 9, wait_ms: 0 }
    expect(batches(['a', 'b', 'c', 'd'].map(large), NOW, rule).ready).toEqual(['ab', 'cd'])
  })
})

describe('a slot', () => {
  const others = [sortKey({ id: 'b' }), sortKey({ id: 'c', priority: 7, runAt: NOW + 9 })]
  const slots = { a: { ...claimed('t'), size_kb: 9, others }, x: claimed('u') }

  test('holds each job of its batch', () => {
    expect(jobsInFlight(slotEntries(slots)).map(sortKeyOf)).toEqual([
      sortKey({ id: 'a' }),
      ...others,
      sortKey({ id: 'x' }),
    ])
    expect(keysOfSlot(['a', slots.a])).toEqual([sortKey({ id: 'a' }), ...others])
  })

  test('is found by any of them', () => {
    expect(slotOfJob(slots, asId('c'))).toEqual({ ...claimed('t'), priority: 7, runAt: NOW + 9 })
    expect(slotOfJob(slots, asId('a'))).toEqual({ ...claimed('t'), size_kb: 9 })
    expect(slotOfJob(slots, asId('d'))).toBeUndefined()
    expect(holderOfKey(slots, others[1] ?? '')?.[0]).toBe('a')
    expect(holderOfKey(slots, sortKey({ id: 'c' }))).toBeUndefined()
  })
})

test('why says how many there are, and until when they wait', () => {
  const hold = { reason: 'batch', jobs: 3, size: 50, until: NOW + 2100 } as const
  expect(reasonText(hold, NOW)).toBe('3 of 50 jobs of a batch, sent in 2.1 s at the latest')
})

describe('the configuration', () => {
  test('has one shard for a partition: in each of several a batch would wait for itself', () => {
    expect(configOf({ batch: { size: 50 } }).queues['crm']).toMatchObject({
      shards: 1,
      batch: { size: 50, wait_ms: 0 },
    })
    expect(configOf({ concurrency: 45, batch: { size: 50 } }).queues['crm']?.shards).toBe(3)
  })

  test.each<[{ size: number; wait?: Duration }]>([
    [{ size: 1 }],
    [{ size: 101 }],
    [{ size: 2.5 }],
    [{ size: 5, wait: '16m' }],
    [{ size: 5, wait: -1 }],
  ])('refuses %j', (batch) => {
    expect(() => configOf({ batch })).toThrow(/config\.queues\.crm\.batch|queues\.crm\.batch/)
    expect(() => configOf({ batch })).toThrow(ConfigurationError)
  })

  test('refuses more slots than its shards list jobs', () => {
    expect(() => configOf({ concurrency: 30, shards: 2, batch: { size: 100 } })).toThrow(/at least 3 shards/)
  })
})
