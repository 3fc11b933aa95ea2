/** What is noted of all partitions of schedules, in an item that anybody may have damaged: that must keep no schedule from being fired. */
import * as z from 'zod'
import { describeIssues } from '../text/issues.ts'
import { type EnabledPartitions, enabledPartitionsSchema, MAX_SCHEDULE_PARTITIONS } from './enabled.ts'

export interface PartitionsNote {
  readonly version: number
  /** Schedules may lie in the partitions 0 up to this, not included. */
  readonly upTo: number
  /** Which of them are fired: somebody has said so at run time. Absent: as the configuration says. */
  readonly enabled?: EnabledPartitions
  /** Those from `to` on were empty at that time. Who puts a schedule there takes this away first. */
  readonly lowering?: { readonly to: number; readonly since: number }
  /** Why what stands there makes no sense; the note is then what must be supposed. The next tick writes it anew. */
  readonly damage?: string
}

const versionSchema = z.int().min(0)
const enabledSchema = z.union([z.literal('all'), enabledPartitionsSchema])
const noteSchema: z.ZodType<Omit<PartitionsNote, 'damage'>> = z.object({
  version: versionSchema,
  upTo: z.int().min(1).max(MAX_SCHEDULE_PARTITIONS),
  enabled: enabledSchema.exactOptional(),
  lowering: z.object({ to: z.int().min(1), since: z.number() }).exactOptional(),
})

/** Of one that is damaged: schedules may lie anywhere. Which partitions are fired is kept, if that alone makes sense. */
export function readPartitions(item: Readonly<Record<string, unknown>>): PartitionsNote {
  const note = noteSchema.safeParse(item)
  if (note.success) return note.data
  const version = versionSchema.safeParse(item['version'])
  const enabled = enabledSchema.safeParse(item['enabled'])
  return {
    version: version.success ? version.data : 0,
    upTo: MAX_SCHEDULE_PARTITIONS,
    ...(enabled.success ? { enabled: enabled.data } : {}),
    damage: describeIssues(note.error),
  }
}
