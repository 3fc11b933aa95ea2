import { ACCOUNT, type Assembly } from '../assembly.ts'
import { resolve, type Scope } from '../intrinsics.ts'
import type { JsonObject } from '../json.ts'
import { type LambdaFunction, parseFunction } from './functions.ts'
import { type Identity, identify, nameProperty } from './identity.ts'
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
  functions: LambdaFunction[]
  mappings: Mapping[]
  buses: string[]
  rules: Rule[]
  outputs: Record<string, string>
  resources: Record<string, ResourceInfo>
}

export function readStack(assembly: Assembly, sqsEndpoint: string): Stack {
  const { template, stackName, region } = assembly
  refuseUnknownTypes(template.Resources)
  const identities = new Identities(assembly, sqsEndpoint)
  const stack: Stack = {
    name: stackName,
    region,
    tables: [],
    queues: [],
    functions: [],
    mappings: [],
    buses: ['default'],
    rules: [],
    outputs: {},
    resources: {},
  }
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (SUPPORTED.includes(Type)) inContext(`${Type} ${id}`, () => add(stack, id, assembly, identities))
  }
  for (const [id, { Value }] of Object.entries(template.Outputs)) {
    const value = resolve(Value, identities)
    stack.outputs[id] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  return stack
}

function add(stack: Stack, id: string, { template, assets }: Assembly, identities: Identities): void {
  const { Type: type, Properties } = template.Resources[id] ?? { Type: '', Properties: {} }
  const identity = identities.of(id)
  const { name, arn, url } = identity
  const properties = resolve(Properties, identities) as JsonObject
  stack.resources[id] = { type, name, arn, ...(url !== undefined && { url }) }
  if (type === 'AWS::SQS::Queue') stack.queues.push(parseQueue(identity, properties))
  else if (type === 'AWS::Lambda::Function')
    stack.functions.push(parseFunction(id, identity, properties, assets))
  else if (type === 'AWS::Events::EventBus') stack.buses.push(name)
  else if (type === 'AWS::Events::Rule') stack.rules.push(parseRule(id, identity, properties))
  else if (type.startsWith('AWS::DynamoDB::')) stack.tables.push(parseTable(identity, properties))
  else stack.mappings.push(...[parseMapping(properties)].filter((mapping) => mapping !== undefined))
}

/** Answers `Ref` and `Fn::GetAtt`. A name can itself be an expression, so each is worked out when first asked for. */
class Identities implements Scope {
  readonly #known = new Map<string, Identity>()
  readonly #assembly: Assembly
  readonly #sqsEndpoint: string
  readonly mappings: JsonObject

  constructor(assembly: Assembly, sqsEndpoint: string) {
    this.#assembly = assembly
    this.#sqsEndpoint = sqsEndpoint
    this.mappings = assembly.template.Mappings
  }

  of(id: string): Identity {
    const known = this.#known.get(id) ?? this.#identify(id)
    this.#known.set(id, known)
    return known
  }

  ref(id: string): string | undefined {
    if (id.startsWith('AWS::')) return this.#pseudo(id)
    const { Resources, Parameters } = this.#assembly.template
    return Resources[id] ? this.of(id).ref : Parameters[id]?.Default
  }

  attribute(id: string, name: string): string | undefined {
    if (!this.#assembly.template.Resources[id]) return undefined
    const { attributes, name: physical } = this.of(id)
    // What is not built locally still has to be called something.
    return attributes[name] ?? `${physical}-${name}`
  }

  #identify(id: string): Identity {
    const { Type = '', Properties = {} } = this.#assembly.template.Resources[id] ?? {}
    const explicit = Properties[nameProperty(Type) ?? '']
    const name = explicit === undefined ? undefined : resolve(explicit, this)
    const place = { ...this.#assembly, sqsEndpoint: this.#sqsEndpoint }
    const identity = identify(
      Type,
      id,
      typeof name === 'string' ? name : this.#fifoName(id, Type, Properties),
      place,
    )
    const target = VERSIONS.includes(Type) ? Properties['FunctionName'] : undefined
    return target === undefined ? identity : { ...identity, ref: String(resolve(target, this)) }
  }

  #fifoName(id: string, type: string, properties: JsonObject): string | undefined {
    const isFifo = type === 'AWS::SQS::Queue' && properties['FifoQueue'] === true
    return isFifo ? `${this.#assembly.stackName}-${id}.fifo` : undefined
  }

  #pseudo(name: string): string | undefined {
    const { region, stackName } = this.#assembly
    const values: Record<string, string> = {
      'AWS::Region': region,
      'AWS::AccountId': ACCOUNT,
      'AWS::StackName': stackName,
      'AWS::StackId': `arn:aws:cloudformation:${region}:${ACCOUNT}:stack/${stackName}/local`,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
    }
    return values[name]
  }
}

/** There is one version of the code locally: versions and aliases all mean the function itself. */
const VERSIONS = ['AWS::Lambda::Version', 'AWS::Lambda::Alias']

function inContext(what: string, work: () => void): void {
  try {
    work()
  } catch (cause) {
    throw new Error(`${what}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}
