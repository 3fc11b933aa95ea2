/** Bodies of the two queues, as they are sent and come back. Only Sluice writes there, but anybody with access can. */
import * as z from 'zod'
import { schedulePartitionSchema } from '../../core/schedule/enabled.ts'
import { describeIssues } from '../../core/text/issues.ts'
import { type Parsed, parsed, refused } from '../../core/text/parsed.ts'
import { type DispatchMessage, SCHEDULES_A_MESSAGE, type WorkMessage } from '../../ports/queues.ts'

/**
 * JSON of printable ASCII. A key may hold any character, SQS refuses some (U+FFFE, U+FFFF), and engines that stand in
 * for it refuse more; escaped, all of them arrive as they were.
 */
export const messageBody = (message: WorkMessage | DispatchMessage): string =>
  JSON.stringify(message).replace(/[^ -~]/g, escaped)

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Only what can be a key in DynamoDB is asked of it: anything else would fail again at each delivery. */
const keyOf = (most: number) =>
  z
    .string()
    .min(1)
    .refine((key) => key.isWellFormed() && Buffer.byteLength(key) <= most, `a key has at most ${most} bytes`)
const shard = keyOf(2048)
const sortKey = keyOf(1024)

const grantedSchema = z.strictObject({
  at: z.number(),
  until: z.number(),
  late_ms: z.number().min(0),
  cost: z.int().min(1).optional(),
  settle: z.array(
    z.strictObject({
      limiter: keyOf(2048),
      grant: z.tuple([z.string().min(1).max(64), z.int().min(1)]),
      bucket_ms: z.int().positive(),
    }),
  ),
})

const workSchema = z.strictObject({
  pk: shard,
  sk: sortKey,
  token: z.string().min(1),
  startAt: z.number().optional(),
  waits_ms: z.record(z.string(), z.number()).optional(),
  alone: z.literal(true).optional(),
  rate: z
    .strictObject({
      bucket_ms: z.int().positive(),
      margin_ms: z.int().min(0),
      kept_ms: z.int().positive(),
    })
    .optional(),
  granted: grantedSchema.optional(),
})
const wakeSchema = z.strictObject({
  shard,
  dueAt: z.number().optional(),
  judge: z.array(sortKey).max(25).optional(),
})
const fireSchema = z.strictObject({
  fire: z.union([schedulePartitionSchema, z.array(keyOf(2048)).min(1).max(SCHEDULES_A_MESSAGE)]),
  cursor: z.strictObject({ key: keyOf(2048), nextAt: z.number() }).optional(),
  dueAt: z.number().optional(),
  until: z.number().optional(),
})

export const parseWorkMessage = (body: string): Parsed<WorkMessage> =>
  parse(body, () => workSchema) as Parsed<WorkMessage>
export const parseWakeMessage = (body: string): Parsed<DispatchMessage> =>
  parse<unknown>(body, (value) => (isFire(value) ? fireSchema : wakeSchema)) as Parsed<DispatchMessage>

const isFire = (value: unknown): boolean => typeof value === 'object' && value !== null && 'fire' in value

function parse<T>(body: string, schemaFor: (value: unknown) => z.ZodType<T>): Parsed<T> {
  try {
    const value: unknown = JSON.parse(body)
    const result = schemaFor(value).safeParse(value)
    return result.success ? parsed(result.data) : refused(describeIssues(result.error))
  } catch {
    return refused('the message is not JSON')
  }
}
