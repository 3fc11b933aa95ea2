/** What is remembered of a job: little enough for one write unit, and where it is found by queue, partition and id. */
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../../lib/core/errors.ts'
import { endedJobOf, endedKey, endedKeys, endedRecordOf, isOfJob } from '../../../lib/core/job/ended-job.ts'
import { itemBytes } from '../../../lib/core/job/item-size.ts'
import type { Job } from '../../../lib/core/job/job.ts'
import { asId, asShard, configOf, jobItem, jobOf, NOW } from '../../support/builders.ts'

const CONFIG = configOf({ history: '30d' })
const DAY_MS = 86_400_000
const job = (part: Partial<Job> = {}): Job => ({ ...jobOf(CONFIG, jobItem({ id: 'a' })), ...part })
const DEAD = { kind: 'dead', reason: 'exhausted', error: 'Error: no' } as const

describe('the record', () => {
  test('of a job that is done says how long it waited and for what, and until when it is kept', () => {
    const waits_ms = { slots: 3100, 'pool|crm': 1000 }
    const startedAt = NOW + 4200
    const one = job({ attempt: 2, startedAt, waits_ms })
    expect(endedRecordOf(one, { kind: 'done' }, NOW + 5000)).toEqual({
      ...endedKey({ queue: 'crm', partition: 'acme' }, 'a'),
      ending: 'done',
      task: 'sync',
      attempt: 2,
      runAt: NOW,
      startedAt,
      endedAt: NOW + 5000,
      waited_ms: 4200,
      waits_ms,
      expiresAt: (NOW + 5000 + 30 * DAY_MS) / 1000,
    })
  })

  test('of a dead one says why', () => {
    expect(endedRecordOf(job(), DEAD, NOW)).toMatchObject({ ending: 'exhausted', error: 'Error: no' })
  })

  test('of one that was cancelled says by whom, unless it has succeeded all the same', () => {
    const one = job({ cancellation: { by: 'ann', at: NOW } })
    const ending = { kind: 'dead', reason: 'cancelled', error: 'cancelled by ann' } as const
    expect(endedRecordOf(one, ending, NOW)).toMatchObject({ ending: 'cancelled', cancelledBy: 'ann' })
    expect(endedRecordOf(one, { kind: 'done' }, NOW)).not.toHaveProperty('cancelledBy')
    expect(endedRecordOf(one, DEAD, NOW)).not.toHaveProperty('cancelledBy')
  })

  test('of one that a schedule has made names it', () => {
    const one = job({ schedule: { task: 'sync', name: 'nightly', at: NOW, next: [] } })
    expect(endedRecordOf(one, { kind: 'done' }, NOW)).toMatchObject({ schedule: 'nightly' })
  })

  test('is none where the queue has no history', () => {
    const one = jobOf(configOf({}), jobItem())
    expect(endedRecordOf(one, { kind: 'done' }, NOW)).toBeUndefined()
    expect(endedRecordOf(one, DEAD, NOW)).toBeUndefined()
  })

  const LONG = '€'.repeat(5000)
  const waits_ms = Object.fromEntries(
    Array.from({ length: 9 }, (_, n) => [`tag|customer=${'x'.repeat(40)}${n}`, n + 1]),
  )
  test.each([
    ['an error that is long', job(), LONG],
    ['many waits', job({ startedAt: NOW, waits_ms }), LONG],
    ['a schedule', job({ schedule: { task: 'sync', name: 'x'.repeat(200), at: NOW, next: [] } }), LONG],
    ['an id as long as ids get', job({ id: asId('x'.repeat(64)), startedAt: NOW }), LONG],
  ])('of a job with %s takes one write unit', (_what, one, error) => {
    const record = endedRecordOf(one, { ...DEAD, error }, NOW)
    expect(itemBytes(record)).toBeLessThanOrEqual(1024)
    expect(record?.error?.length).toBeGreaterThan(30)
    expect(error.startsWith(record?.error ?? 'none')).toBe(true)
  })

  test('keeps the longest waits', () => {
    const record = endedRecordOf(job({ startedAt: NOW + 100, waits_ms }), { kind: 'done' }, NOW + 200)
    expect(Object.values(record?.waits_ms ?? {})).toEqual([9, 8, 7, 6, 5])
  })
})

describe('its key', () => {
  test('is the same for all shards of a partition', () => {
    const places = ['crm|acme', 'crm|acme|3']
    const keys = places.map((pk) => {
      const record = endedRecordOf(
        jobOf(CONFIG, jobItem({ pk: asShard(pk), id: 'a' })),
        { kind: 'done' },
        NOW,
      )
      return [record?.pk, record?.sk]
    })
    expect(new Set(keys.map(String)).size).toBe(1)
  })

  test('is under one of those of its partition, and ids are spread over all of them', () => {
    for (const place of [{ queue: 'crm', partition: 'acme' }, { queue: 'crm' }]) {
      const used = new Set(Array.from({ length: 500 }, (_, n) => endedKey(place, `job-${n}`).pk))
      expect([...used].toSorted()).toEqual(endedKeys(place).toSorted())
    }
  })

  test('of a queue without partitions is that of no partition', () => {
    expect(endedKeys({ queue: 'crm' })[0]).toBe('ended|crm||0')
    expect(endedKeys({ queue: 'crm', partition: 'a' })[0]).toBe('ended|crm|a|0')
  })
})

test('what people see has the id, and neither keys nor the time at which it is forgotten', () => {
  const record = endedRecordOf(job({ startedAt: NOW }), { kind: 'done' }, NOW + 5)
  expect(record && endedJobOf(record)).toEqual({
    id: 'a',
    ending: 'done',
    task: 'sync',
    attempt: 1,
    runAt: NOW,
    startedAt: NOW,
    endedAt: NOW + 5,
    waited_ms: 0,
  })
})

test('a record is of the job that was asked for, or of a later attempt, not of an earlier job with its id', () => {
  expect([NOW - 1, NOW, NOW + 1].map((runAt) => isOfJob({ runAt }, { runAt: NOW }))).toEqual([
    false,
    true,
    true,
  ])
})

test.each(['59s', '366d', 'soon', 0, -1, true, null])(
  'a history of %s is refused with its path',
  (history) => {
    const define = () => configOf({ history: history as '1d' })
    expect(define).toThrow(ConfigurationError)
    expect(define).toThrow('queues.crm.history')
  },
)
