/** What the configuration says of schedules: the key `schedules` of `defineConfig`. */
import * as z from 'zod'
import type { PartitionRule } from '../queue/partition.ts'
import { type Declared, type DeclaredInput, declaredSchema } from './declared-input.ts'
import { enabledPartitionsSchema, MAX_SCHEDULE_PARTITIONS } from './enabled.ts'
import type { Partitioning } from './partition-of.ts'

export const DEFAULT_SCHEDULE_PARTITIONS = 32

const paths = z.union([z.string().min(1), z.array(z.string().min(1)).min(1, 'name at least one key')])

export const schedulesSchema = z
  .strictObject({
    /**
     * Over how many partitions schedules are spread: those of one are fired one after the other. Another number is taken by a
     * deploy while schedules fire. Default: 32.
     */
    partitions: z.int().min(1).max(MAX_SCHEDULE_PARTITIONS).default(DEFAULT_SCHEDULE_PARTITIONS),
    /** Schedules with the same value in their payload share a partition; one without it goes by its name. Default: all go by name. */
    partitionBy: z.strictObject({ payload: paths }).optional(),
    /** Only schedules in these partitions are fired; anybody may schedule into all of them. Default: all. */
    enabledPartitions: enabledPartitionsSchema.optional(),
    /** Schedules that a deploy makes, changes and removes as a set, by their names. */
    declared: declaredSchema,
  })
  .prefault({})

export interface SchedulesInput {
  readonly partitions?: number | undefined
  readonly partitionBy?: { readonly payload: string | readonly string[] } | undefined
  readonly enabledPartitions?: readonly number[] | undefined
  readonly declared?: Readonly<Record<string, DeclaredInput>> | undefined
}

export interface SchedulesConfig extends Partitioning {
  /** Absent: all. What is set at run time counts instead. */
  readonly enabledPartitions?: readonly number[]
  readonly declared: readonly Declared[]
}

type ParsedSchedules = z.output<typeof schedulesSchema>

export function schedulesOf({
  partitions,
  partitionBy,
  enabledPartitions,
  declared,
}: ParsedSchedules): SchedulesConfig {
  const rule: PartitionRule | undefined = partitionBy && {
    task: false,
    source: 'payload',
    keys: [partitionBy.payload].flat(),
  }
  return {
    partitions,
    ...(rule ? { partitionBy: rule } : {}),
    ...(enabledPartitions ? { enabledPartitions } : {}),
    declared,
  }
}
