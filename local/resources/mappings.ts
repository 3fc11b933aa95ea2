/** `AWS::Lambda::EventSourceMapping` */
import * as z from 'zod'
import { compilePattern, type Matches } from '../bus/pattern.ts'
import type { JsonObject } from '../json.ts'

const Properties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.coerce.number().optional(),
  MaximumBatchingWindowInSeconds: z.coerce.number().default(0),
  FunctionResponseTypes: z.array(z.string()).default([]),
  BisectBatchOnFunctionError: z.boolean().default(false),
  MaximumRetryAttempts: z.coerce.number().default(-1),
  MaximumRecordAgeInSeconds: z.coerce.number().default(-1),
  ParallelizationFactor: z.coerce.number().default(1),
  StartingPosition: z.string().default('TRIM_HORIZON'),
  ScalingConfig: z.object({ MaximumConcurrency: z.coerce.number().optional() }).optional(),
  DestinationConfig: z
    .object({ OnFailure: z.object({ Destination: z.string().optional() }).optional() })
    .optional(),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }).optional(),
})

interface Common {
  sourceArn: string
  functionId: string
  batchSize: number
  window_ms: number
  partialResponses: boolean
  /** Whether a record passes the filters. Without filters every one does. */
  wants: Matches
}
export interface QueueMapping extends Common {
  kind: 'queue'
  maxConcurrency?: number
}
export interface StreamMapping extends Common {
  kind: 'stream'
  bisect: boolean
  /** Infinity: until the record expires. */
  maxRetries: number
  maxAge_ms: number
  lanes: number
  fromLatest: boolean
  onFailureArn?: string
}
export type Mapping = QueueMapping | StreamMapping

export function parseMapping(properties: JsonObject): Mapping | undefined {
  const parsed = Properties.parse(properties)
  if (!parsed.Enabled) return undefined
  return parsed.EventSourceArn.includes(':dynamodb:') ? stream(parsed) : queue(parsed)
}

type Parsed = z.infer<typeof Properties>

function common(parsed: Parsed, defaultBatchSize: number): Common {
  return {
    sourceArn: parsed.EventSourceArn,
    functionId: parsed.FunctionName,
    batchSize: parsed.BatchSize ?? defaultBatchSize,
    window_ms: parsed.MaximumBatchingWindowInSeconds * 1000,
    partialResponses: parsed.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    wants: anyOf(parsed.FilterCriteria?.Filters.map(({ Pattern }) => compilePattern(JSON.parse(Pattern)))),
  }
}

function queue(parsed: Parsed): QueueMapping {
  const maxConcurrency = parsed.ScalingConfig?.MaximumConcurrency
  return { kind: 'queue', ...common(parsed, 10), ...(maxConcurrency !== undefined && { maxConcurrency }) }
}

function stream(parsed: Parsed): StreamMapping {
  const onFailureArn = parsed.DestinationConfig?.OnFailure?.Destination
  return {
    kind: 'stream',
    ...common(parsed, 100),
    bisect: parsed.BisectBatchOnFunctionError,
    maxRetries: orUnlimited(parsed.MaximumRetryAttempts),
    maxAge_ms: orUnlimited(parsed.MaximumRecordAgeInSeconds) * 1000,
    lanes: parsed.ParallelizationFactor,
    fromLatest: parsed.StartingPosition === 'LATEST',
    ...(onFailureArn !== undefined && { onFailureArn }),
  }
}

function orUnlimited(value: number): number {
  return value < 0 ? Number.POSITIVE_INFINITY : value
}

function anyOf(patterns: Matches[] | undefined): Matches {
  if (!patterns || patterns.length === 0) return () => true
  return (record) => patterns.some((matches) => matches(record))
}
