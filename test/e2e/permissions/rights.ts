/** What each role may do by the template, in names that people read: `JobsTable`, `PayloadsBucket/90d/*`. */
import { type Assembly, readAssembly } from '../../../local/assembly.ts'
import type { Call } from '../../../local/cloud.ts'
import { resolve } from '../../../local/intrinsics.ts'
import { Identities } from '../../../local/resources/identities.ts'

/** Resource, then actions. */
export type Rights = Readonly<Record<string, readonly string[]>>

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: {
    readonly 'ForAllValues:StringLike'?: Readonly<Record<string, string | readonly string[]>>
  }
}

export class Permissions {
  readonly #assembly: Assembly
  readonly #identities: Identities

  /** @param directory what `cdk synth` has left */
  constructor(directory: string) {
    this.#assembly = readAssembly(directory)
    this.#identities = new Identities(this.#assembly, 'http://localhost')
  }

  /** Functions, by the beginning of their logical ids, and roles that stand for themselves. */
  of(caller: string): Rights {
    const rights: Record<string, Set<string>> = {}
    for (const { Action, Resource } of this.#statements(caller))
      for (const resource of listOf(Resource).map((arn) => this.nameOf(arn))) {
        rights[resource] ??= new Set()
        for (const action of listOf(Action)) rights[resource].add(action)
      }
    return Object.fromEntries(
      Object.entries(rights).map(([resource, actions]) => [resource, [...actions].toSorted()]),
    )
  }

  /** Those of the calls that the role of their caller does not allow. A caller without a role is not asked. */
  refused(calls: readonly Call[]): Call[] {
    return calls.filter((call) => {
      if (!this.#roleOf(call.caller)) return false
      return !this.#statements(call.caller).some((statement) => this.#allows(statement, call))
    })
  }

  #allows({ Action, Resource, Condition }: Statement, { action, resource, key }: Call): boolean {
    const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']
    const isOfKeys = keys === undefined || key === undefined || listOf(keys).some((one) => covers(one, key))
    const names = listOf(Resource).map((arn) => this.nameOf(arn))
    return (
      isOfKeys && listOf(Action).includes(action) && names.some((name) => covers(name, this.nameOf(resource)))
    )
  }

  /** `arn:aws:s3:::stack-jobspayloadsbucket1a2b3c4d/90d/*` is `PayloadsBucket/90d/*`. */
  nameOf(arn: string): string {
    for (const [id, { Type }] of Object.entries(this.#assembly.template.Resources)) {
      if (!Type.startsWith('AWS::')) continue
      const own = this.#identities.of(id).arn
      if (arn === own || arn.startsWith(`${own}/`)) return shortened(id) + arn.slice(own.length)
    }
    return arn
  }

  #statements(caller: string): Statement[] {
    const role = this.#roleOf(caller)
    const policies = this.#ofType('AWS::IAM::Policy').map(([, policy]) => policy)
    return policies
      .filter(({ Roles }) => (Roles as readonly unknown[]).some((of) => refOf(of) === role))
      .flatMap(({ PolicyDocument }) => {
        const { Statement } = resolve(PolicyDocument ?? null, this.#identities) as unknown as {
          Statement: Statement[]
        }
        return Statement.filter(({ Effect }) => Effect === 'Allow')
      })
  }

  #roleOf(caller: string): string | undefined {
    const byId = ([id]: readonly [string, unknown]) => id.startsWith(caller)
    const [, fn] = this.#ofType('AWS::Lambda::Function').find(byId) ?? []
    return fn ? refOf(fn['Role']) : this.#ofType('AWS::IAM::Role').find(byId)?.[0]
  }

  #ofType(type: string) {
    return Object.entries(this.#assembly.template.Resources).flatMap(([id, { Type, Properties }]) =>
      Type === type ? [[id, Properties] as const] : [],
    )
  }
}

/** Which resource `Ref` or `Fn::GetAtt` names. */
const refOf = (value: unknown): string | undefined => {
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] }
  return Ref ?? attribute?.[0]
}

/** Whether a resource of a policy, which may end in `*`, is the one that was called. */
export const covers = (granted: string, called: string): boolean =>
  granted.endsWith('*') ? called.startsWith(granted.slice(0, -1)) : granted === called

const shortened = (id: string): string => id.replace(/^Jobs(?=[A-Z])/, '').replace(/[0-9A-F]{8}$/, '')
const listOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value
