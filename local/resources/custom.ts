/** Resources that a function of the stack creates: CloudFormation invokes it and waits for what it answers. */
import { resolve, type Scope } from '../intrinsics.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'

/** The CDK's own, which set a retention of logs and empty a bucket that goes: there are no log groups here, and all goes. */
const IGNORED = ['Custom::LogRetention', 'Custom::S3AutoDeleteObjects']
/** CloudFormation waits for an hour; here nobody wants to. */
const DEFAULT_TIMEOUT_MS = 60_000

export interface CustomResource {
  readonly logicalId: string
  readonly type: string
  readonly functionArn: string
  /** How long the answer may take. */
  readonly timeout_ms: number
  /** As the function gets them; those of other custom resources have to have been created. */
  properties(): JsonObject
  /** What it is called, and what it says of itself. */
  created(physicalId: string, data: Record<string, string>): void
}

export function isCustom(type: string | undefined): boolean {
  if (type === undefined || IGNORED.includes(type)) return false
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource'
}

interface Resource {
  readonly Type: string
  readonly Properties: JsonObject
  readonly DependsOn: readonly string[]
}

/** The resources of some types (by default custom ones), each behind those of them that it needs. */
export function inOrder(
  resources: Readonly<Record<string, Resource>>,
  isWanted: (type: string) => boolean = isCustom,
): string[] {
  const wanted = Object.entries(resources).filter(([, { Type }]) => isWanted(Type))
  const ordered = new Set<string>()
  const visit = (id: string, resource: Resource, open: readonly string[]): void => {
    if (open.includes(id)) throw new Error(`Resources need each other: ${[...open, id].join(' → ')}.`)
    for (const [other, it] of wanted)
      if (other !== id && needs(resource, other)) visit(other, it, [...open, id])
    ordered.add(id)
  }
  for (const [id, resource] of wanted) visit(id, resource, [])
  return [...ordered]
}

function needs({ Properties, DependsOn }: Resource, other: string): boolean {
  return DependsOn.includes(other) || mentions(Properties, other)
}

/** By `Ref`, `Fn::GetAtt` or within `Fn::Sub`. */
function mentions(value: Json, id: string): boolean {
  if (Array.isArray(value)) return value.some((item) => mentions(item, id))
  if (isObject(value)) return Object.values(value).some((item) => mentions(item, id))
  return value === id || (typeof value === 'string' && new RegExp(`^${id}\\.|\\$\\{${id}[.}]`).test(value))
}

interface Source {
  readonly id: string
  readonly type: string
  readonly properties: JsonObject
  /** ARNs of the stack's functions. */
  readonly functions: readonly string[]
  readonly identities: Scope & { created(id: string, ...how: Parameters<CustomResource['created']>): void }
}

export function parseCustom({ id, type, properties, functions, identities }: Source): CustomResource {
  const { ServiceToken, ServiceTimeout } = properties
  const functionArn = resolve(ServiceToken ?? null, identities)
  if (typeof functionArn !== 'string' || !functions.includes(functionArn))
    throw new Error(
      `Its ServiceToken, ${JSON.stringify(functionArn)}, is not a function of this stack, and nothing else creates resources here.`,
    )
  const timeout_s = Number(ServiceTimeout)
  return {
    logicalId: id,
    type,
    functionArn,
    timeout_ms: timeout_s > 0 ? timeout_s * 1000 : DEFAULT_TIMEOUT_MS,
    properties: () => asText(resolve(properties, identities)) as JsonObject,
    created: (physicalId, data) => identities.created(id, physicalId, data),
  }
}

/** CloudFormation hands on numbers and booleans as text. */
function asText(value: Json): Json {
  if (Array.isArray(value)) return value.map(asText)
  if (!isObject(value)) return value === null ? null : String(value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]))
}
