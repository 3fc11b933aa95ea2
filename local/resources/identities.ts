/** Answers `Ref` and `Fn::GetAtt` for a whole stack. */
import { ACCOUNT, type Assembly } from '../assembly.ts'
import { IntrinsicError, resolve, type Scope } from '../intrinsics.ts'
import type { JsonObject } from '../json.ts'
import { isCustom } from './custom.ts'
import { type Identity, identify, nameProperty } from './identity.ts'

/** What every resource of a stack is called: names, ARNs and attributes, by logical id. */
export class Identities implements Scope {
  readonly #created = new Map<string, { ref: string; data: Record<string, string> }>()
  readonly #known = new Map<string, Identity>()
  readonly #assembly: Assembly
  readonly #sqsEndpoint: string
  readonly mappings: JsonObject

  constructor(assembly: Assembly, sqsEndpoint: string) {
    this.#assembly = assembly
    this.#sqsEndpoint = sqsEndpoint
    this.mappings = assembly.template.Mappings
  }

  /** A custom resource has been created: only now it is known what it is called and what it says of itself. */
  created(id: string, ref: string, data: Record<string, string>): void {
    this.#created.set(id, { ref, data })
  }

  of(id: string): Identity {
    const known = this.#known.get(id) ?? this.#identify(id)
    this.#known.set(id, known)
    return known
  }

  ref(id: string): string | undefined {
    if (id.startsWith('AWS::')) return this.#pseudo(id)
    const { Resources, Parameters } = this.#assembly.template
    if (isCustom(Resources[id]?.Type)) return this.#afterCreation(id).ref
    return Resources[id] ? this.of(id).ref : Parameters[id]?.Default
  }

  attribute(id: string, name: string): string | undefined {
    const resource = this.#assembly.template.Resources[id]
    if (!resource) return undefined
    if (isCustom(resource.Type)) return this.#afterCreation(id).data[name]
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

  #afterCreation(id: string) {
    const created = this.#created.get(id)
    if (created) return created
    throw new IntrinsicError(
      `What ${id} is called and says is known when it has been created; here outputs and other custom resources can use it, nothing else.`,
    )
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
