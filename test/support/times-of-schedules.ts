/** How the durations of firing depend on the rest. */
import { expect } from 'vitest'
import * as times from '../../lib/core/times.ts'
import type { Related } from './times-of-grants.ts'

/** @param longestCall_ms a call of a function that is never answered, with all its tries */
export function relateFirings(related: Related, longestCall_ms: number): void {
  related(
    'no dispatcher is ended amid a firing, and what it leaves is on its way',
    ['FIRING_MS', 'DISPATCHER_TIMEOUT_MS'],
    () => expect(times.FIRING_MS + longestCall_ms).toBeLessThan(times.DISPATCHER_TIMEOUT_MS),
  )
  related(
    'a schedule that cannot be written once is late by less than would be missed, and one that never can makes no storm',
    ['FIRED_AGAIN_MS', 'MISSED_AFTER_MS', 'TICK_AHEAD_MS', 'TICK_EVERY_MS'],
    () => {
      const ahead_ms = times.TICK_AHEAD_MS - times.TICK_EVERY_MS
      expect(times.FIRED_AGAIN_MS + longestCall_ms).toBeLessThan(ahead_ms + times.MISSED_AFTER_MS)
      expect(times.TICK_AHEAD_MS / times.FIRED_AGAIN_MS).toBeLessThan(10)
    },
  )
  related(
    'nobody is still putting a schedule where ticks ask no more, and one sweep makes the step that the one before has begun',
    ['PARTITIONS_EMPTY_FOR_MS', 'LAMBDA_LONGEST_MS', 'CLOCK_SKEW_MS', 'SCHEDULES_SWEPT_EVERY_MS'],
    () => {
      const { PARTITIONS_EMPTY_FOR_MS, LAMBDA_LONGEST_MS, CLOCK_SKEW_MS, SCHEDULES_SWEPT_EVERY_MS } = times
      expect(PARTITIONS_EMPTY_FOR_MS).toBeGreaterThan(LAMBDA_LONGEST_MS + CLOCK_SKEW_MS)
      expect(PARTITIONS_EMPTY_FOR_MS).toBeLessThan(SCHEDULES_SWEPT_EVERY_MS)
    },
  )
  related(
    'an unknown queue is a mistake only after many sweeps, for the first of which its item may have been too new',
    ['SCHEDULES_SWEPT_EVERY_MS', 'UNKNOWN_FOR_MS', 'SWEEP_EVERY_MS'],
    () => {
      expect(times.SCHEDULES_SWEPT_EVERY_MS + times.SWEEP_EVERY_MS).toBeLessThan(times.UNKNOWN_FOR_MS / 4)
      expect(times.SCHEDULES_SWEPT_EVERY_MS).toBeGreaterThan(times.SWEEP_EVERY_MS)
    },
  )
}
