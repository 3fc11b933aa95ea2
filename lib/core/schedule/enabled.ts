/** Which partitions of schedules are fired. */
import * as z from 'zod'

/** More than any configuration can ask for. */
export const MAX_SCHEDULE_PARTITIONS = 1024

export const schedulePartitionSchema = z
  .int()
  .min(0)
  .max(MAX_SCHEDULE_PARTITIONS - 1)

export const enabledPartitionsSchema = z
  .array(schedulePartitionSchema)
  .refine((partitions) => new Set(partitions).size === partitions.length, 'name each partition once')

/** All of them, or only these. */
export type EnabledPartitions = 'all' | readonly number[]

export interface SaysEnabled {
  readonly enabled?: EnabledPartitions | undefined
}

/** What somebody has set at run time counts instead of what is configured. Absent in both: all are. */
export function isEnabled(
  partition: number,
  { enabledPartitions }: { readonly enabledPartitions?: readonly number[] },
  note: SaysEnabled | undefined,
): boolean {
  const enabled = note?.enabled ?? enabledPartitions ?? 'all'
  return enabled === 'all' || enabled.includes(partition)
}
