/** Which partitions of schedules are fired. */
import * as z from 'zod'

/** More than any configuration can ask for. */
export const MAX_SCHEDULE_PARTITIONS = 1024

export const enabledPartitionsSchema = z
  .array(
    z
      .int()
      .min(0)
      .max(MAX_SCHEDULE_PARTITIONS - 1),
  )
  .refine((partitions) => new Set(partitions).size === partitions.length, 'name each partition once')

interface SaysEnabled {
  readonly enabled?: readonly number[] | undefined
}

/** What somebody has set at run time counts instead of what is configured. Absent in both: all are. */
export function isEnabled(
  partition: number,
  { enabledPartitions }: { readonly enabledPartitions?: readonly number[] },
  note: SaysEnabled | undefined,
): boolean {
  const enabled = note?.enabled ?? enabledPartitions
  return enabled === undefined || enabled.includes(partition)
}
