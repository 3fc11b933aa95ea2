/** Bodies of the two queues, as they come back. Only Sluice writes there, but anybody with access can. */
import * as z from 'zod'
import { type Parsed, parsed, refused } from '../../core/keys.ts'
import type { WakeMessage, WorkMessage } from '../../ports/queues.ts'

const workSchema = z.strictObject({
  pk: z.string().min(1),
  sk: z.string().min(1),
  token: z.string().min(1),
  rate: z
    .strictObject({
      bucket_ms: z.number().positive(),
      margin_ms: z.number().min(0),
      kept_ms: z.number().positive(),
    })
    .optional(),
})
const wakeSchema = z.strictObject({ shard: z.string().min(1), dueAt: z.number().optional() })

export const parseWorkMessage = (body: string): Parsed<WorkMessage> =>
  parse(workSchema, body) as Parsed<WorkMessage>
export const parseWakeMessage = (body: string): Parsed<WakeMessage> =>
  parse(wakeSchema, body) as Parsed<WakeMessage>

function parse<T>(schema: z.ZodType<T>, body: string): Parsed<T> {
  try {
    const result = schema.safeParse(JSON.parse(body))
    return result.success ? parsed(result.data) : refused(z.prettifyError(result.error))
  } catch {
    return refused('the message is not JSON')
  }
}
