/** A template, with all that it names, turned into data. */
import type { Assembly, Template } from '../assembly.ts'
import { resolve } from '../intrinsics.ts'
import type { JsonObject } from '../json.ts'
import { type Bucket, parseBucket } from './buckets.ts'
import { type CustomResource, inOrder, isCustom, parseCustom } from './custom.ts'
import { type LambdaFunction, parseFunction } from './functions.ts'
import { Identities } from './identities.ts'
import { type Mapping, parseMapping } from './mappings.ts'
import { parseQueue, type Queue } from './queues.ts'
import { parseRule, type Rule } from './rules.ts'
import { parseTable, type Table } from './tables.ts'
import { refuseUnknownTypes, SUPPORTED } from './types.ts'

export interface ResourceInfo {
  type: string
  name: string
  arn: string
  url?: string
}

/** A whole stack as plain data: every intrinsic resolved, every property parsed once. */
export interface Stack {
  name: string
  region: string
  tables: Table[]
  queues: Queue[]
  buckets: Bucket[]
  functions: LambdaFunction[]
  mappings: Mapping[]
  buses: string[]
  rules: Rule[]
  /** Each behind those whose attributes it uses. */
  customResources: CustomResource[]
  /** All but functions and custom resources, as the template has them. */
  readonly lasting: Template['Resources']
  /** Logical ids of functions and custom resources, in the order in which an update changes them. */
  readonly updateOrder: readonly string[]
  /** What custom resources contribute to them is known when those have been created. */
  readonly outputs: Record<string, string>
  resources: Record<string, ResourceInfo>
}

const FUNCTION = 'AWS::Lambda::Function'

export function readStack(assembly: Assembly, sqsEndpoint: string): Stack {
  const { template, stackName, region } = assembly
  refuseUnknownTypes(template.Resources)
  const identities = new Identities(assembly, sqsEndpoint)
  const stack: Stack = {
    name: stackName,
    region,
    tables: [],
    queues: [],
    buckets: [],
    functions: [],
    mappings: [],
    buses: ['default'],
    rules: [],
    customResources: [],
    lasting: Object.fromEntries(
      Object.entries(template.Resources).filter(
        ([, { Type }]) => SUPPORTED.includes(Type) && Type !== FUNCTION,
      ),
    ),
    get updateOrder() {
      return inOrder(template.Resources, (type) => type === FUNCTION || isCustom(type))
    },
    get outputs() {
      return readOutputs(assembly, identities)
    },
    resources: {},
  }
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (SUPPORTED.includes(Type)) inContext(`${Type} ${id}`, () => add(stack, id, assembly, identities))
  }
  for (const id of inOrder(template.Resources)) {
    const { Type } = template.Resources[id] ?? { Type: '' }
    inContext(`${Type} ${id}`, () => addCustom(stack, id, assembly, identities))
  }
  // What is nowhere is refused now, before anything starts.
  if (stack.customResources.length === 0) void stack.outputs
  return stack
}

function readOutputs({ template }: Assembly, identities: Identities): Record<string, string> {
  const outputs = Object.entries(template.Outputs).map(([id, { Value }]) => {
    const value = resolve(Value, identities)
    return [id, typeof value === 'string' ? value : JSON.stringify(value)]
  })
  return Object.fromEntries(outputs)
}

function addCustom(stack: Stack, id: string, { template }: Assembly, identities: Identities): void {
  const { Type: type, Properties } = template.Resources[id] ?? { Type: '', Properties: {} }
  const functions = stack.functions.map(({ arn }) => arn)
  stack.customResources.push(parseCustom({ id, type, properties: Properties, functions, identities }))
}

function add(stack: Stack, id: string, { template, assets }: Assembly, identities: Identities): void {
  const { Type: type, Properties } = template.Resources[id] ?? { Type: '', Properties: {} }
  const identity = identities.of(id)
  const { name, arn, url } = identity
  const properties = resolve(Properties, identities) as JsonObject
  stack.resources[id] = { type, name, arn, ...(url !== undefined && { url }) }
  if (type === 'AWS::SQS::Queue') stack.queues.push(parseQueue(identity, properties))
  else if (type === 'AWS::S3::Bucket') stack.buckets.push(parseBucket(identity))
  else if (type === FUNCTION) stack.functions.push(parseFunction(id, identity, properties, assets))
  else if (type === 'AWS::Events::EventBus') stack.buses.push(name)
  else if (type === 'AWS::Events::Rule') stack.rules.push(parseRule(id, identity, properties))
  else if (type.startsWith('AWS::DynamoDB::')) stack.tables.push(parseTable(identity, properties))
  else stack.mappings.push(...[parseMapping(properties)].filter((mapping) => mapping !== undefined))
}

/** Answers `Ref` and `Fn::GetAtt`. A name can itself be an expression, so each is worked out when first asked for. */
function inContext(what: string, work: () => void): void {
  try {
    work()
  } catch (cause) {
    throw new Error(`${what}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}
