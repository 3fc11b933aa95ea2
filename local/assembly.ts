/** Reads what `cdk synth` left: templates and assets. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { JsonObject } from './json.ts'

/** The local cloud has one account. Every engine hard-codes the same one. */
export const ACCOUNT = '000000000000'
const DEFAULT_REGION = 'us-east-1'

const object = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null)

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: object.default({}),
      DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
    }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.custom<JsonObject[string]>() })).default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.string().optional() })).default({}),
  Mappings: object.default({}),
})
export type Template = z.infer<typeof Template>

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      properties: z
        .object({ templateFile: z.string().optional(), stackName: z.string().optional() })
        .default({}),
    }),
  ),
})
const Assets = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string().optional() }) })).default({}),
})

/** One stack of a cloud assembly (`cdk.out`), as `cdk synth` left it. */
export interface Assembly {
  stackName: string
  region: string
  template: Template
  /** asset hash → directory */
  assets: Map<string, string>
}

export function readAssembly(dir: string, stack?: string): Assembly {
  const { artifacts } = Manifest.parse(readJson(join(dir, 'manifest.json')))
  const stacks = Object.entries(artifacts).filter(([, it]) => it.type === 'aws:cloudformation:stack')
  const [id, artifact] = choose(dir, stacks, stack)
  const template = Template.parse(
    readJson(join(dir, artifact.properties.templateFile ?? `${id}.template.json`)),
  )
  return {
    stackName: artifact.properties.stackName ?? id,
    region: regionOf(artifact.environment),
    template,
    assets: readAssets(dir, `${id}.assets.json`),
  }
}

function choose<T>(dir: string, stacks: [string, T][], wanted?: string): [string, T] {
  const found = wanted === undefined ? stacks : stacks.filter(([id]) => id === wanted)
  const [only, second] = found
  if (only && !second) return only
  const names = stacks.map(([id]) => id).join(', ') || 'none'
  throw new Error(
    `Cannot tell which stack of ${dir} to run (asked for: ${wanted ?? 'the only one'}; there: ${names}).`,
  )
}

/** `aws://123456789012/eu-west-1`, or `aws://unknown-account/unknown-region` for a stack that fits everywhere. */
function regionOf(environment?: string): string {
  const region = environment?.split('/').at(-1)
  return region === undefined || region === 'unknown-region' ? DEFAULT_REGION : region
}

function readAssets(dir: string, file: string): Map<string, string> {
  const { files } = Assets.parse(readJson(join(dir, file)))
  const found = Object.entries(files).flatMap(([hash, { source }]) =>
    source.path === undefined ? [] : [[hash, join(dir, source.path)] as const],
  )
  return new Map(found)
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`Cannot read ${file}: is its directory the output of cdk synth?`, { cause })
  }
}
