/** How the durations of payloads that are kept outside, and of unique keys, depend on each other and on the rest. */
import { expect } from 'vitest'
import * as times from '../../lib/core/times.ts'
import type { Related } from './times-of-grants.ts'

export function relatePayloads(related: Related): void {
  related(
    'no dead letter outlives its payload',
    ['PAYLOAD_RENEWED_BELOW_DAYS', 'LETTER_KEPT_MS', 'LAMBDA_LONGEST_MS'],
    () =>
      expect(times.LETTER_KEPT_MS + times.LAMBDA_LONGEST_MS).toBeLessThan(
        times.PAYLOAD_RENEWED_BELOW_DAYS * 86_400_000,
      ),
  )
  related(
    'no payload goes before its job may be tried, or is put again with each attempt',
    ['PAYLOAD_LIFETIMES_DAYS', 'PAYLOAD_WAIT_DAYS', 'PAYLOAD_RENEWED_BELOW_DAYS'],
    () => {
      const shortest = Math.min(...times.PAYLOAD_LIFETIMES_DAYS)
      expect(times.PAYLOAD_WAIT_DAYS).toBeLessThan(shortest)
      expect(times.PAYLOAD_RENEWED_BELOW_DAYS).toBeLessThan(shortest)
    },
  )

  related('a unique job has its key for as long as its payload is kept', ['LOCK_KEPT_MS'], () =>
    expect(times.LOCK_KEPT_MS).toBeGreaterThanOrEqual(Math.max(...times.PAYLOAD_LIFETIMES_DAYS) * 86_400_000),
  )
}
