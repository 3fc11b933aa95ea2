/** `AWS::Events::Rule` */
import * as z from 'zod'
import { compilePattern, type Matches } from '../bus/pattern.ts'
import type { Json, JsonObject } from '../json.ts'
import { parseRate } from '../sources/rate.ts'
import type { Identity } from './identity.ts'

const Target = z.object({
  Id: z.string(),
  Arn: z.string(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .object({ InputPathsMap: z.record(z.string(), z.string()).default({}), InputTemplate: z.string() })
    .optional(),
  SqsParameters: z.object({ MessageGroupId: z.string() }).optional(),
  DeadLetterConfig: z.object({ Arn: z.string() }).optional(),
})
export type Target = z.infer<typeof Target>

const Properties = z.object({
  EventBusName: z.string().default('default'),
  EventPattern: z.custom<Json>().optional(),
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z.array(Target).default([]),
})

export interface Rule {
  logicalId: string
  name: string
  arn: string
  bus: string
  enabled: boolean
  targets: Target[]
  matches?: Matches
  /** Missing for a schedule that only fires by hand here, such as `cron(…)`. */
  period_ms?: number
}

export function parseRule(logicalId: string, { name, arn }: Identity, properties: JsonObject): Rule {
  const parsed = Properties.parse(properties)
  const period_ms = parsed.ScheduleExpression === undefined ? undefined : parseRate(parsed.ScheduleExpression)
  return {
    logicalId,
    name,
    arn,
    // A rule may name its bus by ARN.
    bus: parsed.EventBusName.split('/').at(-1) ?? 'default',
    enabled: parsed.State !== 'DISABLED',
    targets: parsed.Targets,
    ...(parsed.EventPattern !== undefined && { matches: compilePattern(parsed.EventPattern) }),
    ...(period_ms !== undefined && { period_ms }),
  }
}
