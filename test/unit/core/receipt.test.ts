import { describe, expect, test } from 'vitest'
import { type Once, receiptOf } from '../../../lib/core/job/receipt.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

const DAY_MS = 86_400_000
const job = jobItem()
const receipt = (once: Once) => receiptOf(once, job, 'mark', NOW)

test('names the job, its queue and key, and holds for a day by default', () => {
  expect(receipt({ idempotencyKey: 'order|42' })).toEqual({
    ok: true,
    value: {
      pk: '$once|crm|order|42',
      sk: 'receipt',
      job: { pk: job.pk, sk: job.sk },
      mark: 'mark',
      at: NOW,
      until: NOW + DAY_MS,
      // Not before the slowest clock is there.
      expiresAt: (NOW + DAY_MS + 5000) / 1000,
    },
  })
})

test.each([
  ['1s', 1000],
  [1000, 1000],
  ['365d', 365 * DAY_MS],
])('a key that is to hold for %s', (idempotencyTtl, ttl_ms) => {
  expect(receipt({ idempotencyKey: 'k', idempotencyTtl })).toMatchObject({ value: { until: NOW + ttl_ms } })
})

test('no key, no receipt', () => {
  expect(receipt({})).toEqual({ ok: true, value: undefined })
})

describe('is refused:', () => {
  test.each<[Once, string]>([
    [{ idempotencyKey: '' }, '1 to 256 characters'],
    [{ idempotencyKey: 'x'.repeat(257) }, 'use a digest of a longer one'],
    [{ idempotencyKey: 'half \ud800' }, 'idempotencyKey'],
    [untyped({ idempotencyKey: 42 }), 'idempotencyKey 42'],
    [{ idempotencyTtl: '1d' }, 'idempotencyTtl without idempotencyKey'],
    [{ idempotencyKey: 'k', idempotencyTtl: '999ms' }, '"1s" to "365d"'],
    [{ idempotencyKey: 'k', idempotencyTtl: '366d' }, '"1s" to "365d"'],
    [{ idempotencyKey: 'k', idempotencyTtl: 'soon' }, 'idempotencyTtl soon'],
  ])('%j', (once, why) => {
    expect(receipt(once)).toEqual({ ok: false, reason: expect.stringContaining(why) })
  })
})
