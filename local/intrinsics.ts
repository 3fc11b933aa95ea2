/** CloudFormation's intrinsic functions. */
import { isObject, type Json, type JsonObject } from './json.ts'

/** Where the values come from that a template only names. */
export interface Scope {
  ref(logicalId: string): string | undefined
  attribute(logicalId: string, name: string): string | undefined
  mappings?: JsonObject
}

/** Stands for `AWS::NoValue`: the property or element that holds it does not exist. */
const NOTHING = Symbol('AWS::NoValue')
type Resolved = Json | typeof NOTHING
type Intrinsic = (argument: Json, scope: Scope) => Resolved

export class IntrinsicError extends Error {
  override name = 'IntrinsicError'
}

/** Replaces every `Ref` and `Fn::…` in a piece of template by its value. */
export function resolve(value: Json, scope: Scope): Json {
  const resolved = walk(value, scope)
  return resolved === NOTHING ? null : resolved
}

function walk(value: Json, scope: Scope): Resolved {
  if (Array.isArray(value)) return value.map((item) => walk(item, scope)).filter((item) => item !== NOTHING)
  if (!isObject(value)) return value
  const [key, ...others] = Object.keys(value)
  const isIntrinsic = key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))
  return isIntrinsic ? call(key, value[key] ?? null, scope) : walkObject(value, scope)
}

function walkObject(value: JsonObject, scope: Scope): JsonObject {
  const result: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    const resolved = walk(item, scope)
    if (resolved !== NOTHING) result[key] = resolved
  }
  return result
}

function call(name: string, argument: Json, scope: Scope): Resolved {
  const intrinsic = INTRINSICS[name]
  if (!intrinsic) throw new IntrinsicError(`The local cloud does not know ${name}.`)
  return intrinsic(argument, scope)
}

const INTRINSICS: Record<string, Intrinsic> = {
  Ref: (argument, scope) => (argument === 'AWS::NoValue' ? NOTHING : ref(text(argument), scope)),

  'Fn::GetAtt': (argument, scope) => {
    const [id, ...path] = typeof argument === 'string' ? argument.split('.') : texts(argument)
    return attribute(id ?? '', path.join('.'), scope)
  },

  'Fn::Join': (argument, scope) => {
    const [separator, parts] = list(argument)
    return texts(resolve(parts ?? [], scope)).join(text(separator))
  },

  'Fn::Split': (argument, scope) => {
    const [separator, source] = list(argument)
    return text(resolve(source ?? '', scope)).split(text(separator))
  },

  'Fn::Select': (argument, scope) => {
    const [index, items] = list(resolve(argument, scope))
    return list(items)[Number(index)] ?? fail('Fn::Select', argument)
  },

  'Fn::Sub': (argument, scope) => {
    const [template, variables] = Array.isArray(argument) ? argument : [argument, {}]
    return substitute(text(template), isObject(variables) ? variables : {}, scope)
  },

  'Fn::FindInMap': (argument, scope) => {
    const keys = texts(resolve(argument, scope))
    let found: Json | undefined = scope.mappings
    for (const key of keys) found = isObject(found) ? found[key] : undefined
    return found ?? fail('Fn::FindInMap', argument)
  },

  'Fn::Base64': (argument, scope) => Buffer.from(text(resolve(argument, scope))).toString('base64'),
}

/** `${Name}`, `${Name.Attribute}`, and `${!Literal}`, which stays as `${Literal}`. */
function substitute(template: string, variables: JsonObject, scope: Scope): string {
  return template.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`
    const variable = variables[name]
    if (variable !== undefined) return text(resolve(variable, scope))
    const [id = '', ...path] = name.split('.')
    return path.length > 0 ? attribute(id, path.join('.'), scope) : ref(id, scope)
  })
}

function ref(id: string, scope: Scope): string {
  return scope.ref(id) ?? fail('Ref', id)
}

function attribute(id: string, name: string, scope: Scope): string {
  return scope.attribute(id, name) ?? fail('Fn::GetAtt', [id, name])
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : fail('a list', value ?? null)
}

function texts(value: Json): string[] {
  return list(value).map(text)
}

function text(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : fail('a string', value ?? null)
}

function fail(what: string, argument: Json): never {
  throw new IntrinsicError(`Cannot resolve ${what} of ${JSON.stringify(argument)}.`)
}
