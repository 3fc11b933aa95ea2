/** `AWS::Lambda::Function` */
import { basename } from 'node:path'
import * as z from 'zod'
import type { JsonObject } from '../json.ts'
import type { Identity } from './identity.ts'

const Properties = z.object({
  Handler: z.string(),
  Runtime: z.string(),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  RecursiveLoop: z.enum(['Allow', 'Terminate']).default('Terminate'),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z
    .object({
      Variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)),
    })
    .optional(),
  Code: z.object({ S3Key: z.string().optional(), ZipFile: z.string().optional() }),
})

export interface LambdaFunction {
  logicalId: string
  name: string
  arn: string
  /** `<file>.<export>` */
  handler: string
  code: { dir: string } | { inline: string }
  timeout_ms: number
  memory_mb: number
  reservedConcurrency?: number
  /** Whether a chain of invocations may come back to it without end. */
  allowsLoops: boolean
  environment: Record<string, string>
}

export function parseFunction(
  logicalId: string,
  { name, arn }: Identity,
  properties: JsonObject,
  assets: Map<string, string>,
): LambdaFunction {
  const parsed = Properties.parse(properties)
  if (!parsed.Runtime.startsWith('nodejs'))
    throw new Error(`It runs on ${parsed.Runtime}; only Node.js runs locally.`)
  const reserved = parsed.ReservedConcurrentExecutions
  return {
    logicalId,
    name,
    arn,
    handler: parsed.Handler,
    code: findCode(parsed.Code, assets),
    timeout_ms: parsed.Timeout * 1000,
    memory_mb: parsed.MemorySize,
    allowsLoops: parsed.RecursiveLoop === 'Allow',
    ...(reserved !== undefined && { reservedConcurrency: reserved }),
    environment: parsed.Environment?.Variables ?? {},
  }
}

/** The key in the assets' bucket is `<asset hash>.zip`; the assembly has the same files in a directory. */
function findCode(
  code: z.infer<typeof Properties>['Code'],
  assets: Map<string, string>,
): LambdaFunction['code'] {
  if (code.ZipFile !== undefined) return { inline: code.ZipFile }
  const key = code.S3Key ?? ''
  const dir = assets.get(basename(key, '.zip'))
  if (dir === undefined) throw new Error(`Its code "${key}" is not among the assembly's assets.`)
  return { dir }
}
