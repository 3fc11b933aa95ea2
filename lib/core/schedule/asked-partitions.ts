/**
 * Which partitions of schedules a tick asks: those that schedules may lie in, as far as they are enabled. What lies beyond the
 * configured number was put there by another one, and has to move to where it belongs, so it is asked for in any case.
 */
import { type EnabledPartitions, isEnabled } from './enabled.ts'

interface Configured {
  readonly partitions: number
  readonly enabledPartitions?: readonly number[]
}
interface Noted {
  /** Schedules may lie in the partitions below this, whatever this configuration says. */
  readonly upTo: number
  readonly enabled?: EnabledPartitions | undefined
}

export const askedPartitions = (configured: Configured, noted: Noted | undefined): number[] =>
  Array.from({ length: Math.max(configured.partitions, noted?.upTo ?? 0) }, (_, n) => n).filter((partition) =>
    isAsked(partition, configured, noted),
  )

export const isAsked = (partition: number, configured: Configured, noted: Noted | undefined): boolean =>
  partition >= configured.partitions || isEnabled(partition, configured, noted)
