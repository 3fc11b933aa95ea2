/**
 * Whether a schedule is fired at all: the partition counts that the configuration gives it, and not the one in which it still lies, by
 * another number of them. Otherwise it could be stranded where nobody asks.
 */
import { isEnabled, type SaysEnabled } from './enabled.ts'
import { type Partitioning, type Placed, schedulePartition } from './partition-of.ts'

export interface FiredPartitions extends Partitioning {
  readonly enabledPartitions?: readonly number[]
}

export const isFired = (
  configured: FiredPartitions,
  schedule: Placed,
  note: SaysEnabled | undefined,
): boolean => isEnabled(schedulePartition(configured, schedule), configured, note)
