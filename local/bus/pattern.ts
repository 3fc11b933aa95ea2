/** Event patterns, those of rules and of event source filters. */
import { isObject, type Json, type JsonObject } from '../json.ts'

/** Whether an event (or a record, for an event source's filter) matches. */
export type Matches = (event: Json) => boolean
type Test = (value: Json | undefined) => boolean

/** Compiles an EventBridge pattern; a pattern that EventBridge would refuse throws here, at the start. */
export function compilePattern(pattern: Json): Matches {
  if (!isObject(pattern)) throw new Error(`An event pattern is an object, not ${JSON.stringify(pattern)}.`)
  const tests = Object.entries(pattern).map(([key, rule]) =>
    key === '$or' ? compileOr(rule) : compileField(key, rule),
  )
  return (event) => tests.every((test) => test(event))
}

function compileOr(patterns: Json): Matches {
  if (!Array.isArray(patterns)) throw new Error('"$or" takes a list of patterns.')
  const compiled = patterns.map(compilePattern)
  return (event) => compiled.some((matches) => matches(event))
}

function compileField(key: string, rule: Json): Matches {
  const test = Array.isArray(rule) ? compileLeaf(key, rule) : compileNested(rule)
  return (event) => test(isObject(event) ? event[key] : undefined)
}

/** An array in an event stands for any of its elements. */
function compileNested(rule: Json): Test {
  const matches = compilePattern(rule)
  return (value) => (Array.isArray(value) ? value.some(matches) : matches(value ?? null))
}

function compileLeaf(key: string, rules: Json[]): Test {
  if (rules.length === 0) throw new Error(`The pattern of "${key}" is an empty list: nothing could match it.`)
  const tests = rules.map((rule) => compileRule(key, rule))
  return (value) => tests.some((test) => test(value))
}

function compileRule(key: string, rule: Json): Test {
  if (Array.isArray(rule)) throw new Error(`The pattern of "${key}" holds a list within a list.`)
  if (!isObject(rule)) return anyElement((value) => value === rule)
  const [operator = '', ...others] = Object.keys(rule)
  const compile = OPERATORS[operator]
  if (!compile || others.length > 0)
    throw new Error(`The pattern of "${key}" has an unknown rule: ${JSON.stringify(rule)}.`)
  return compile(rule[operator] ?? null)
}

const OPERATORS: Record<string, (argument: Json) => Test> = {
  // A field exists when it has a value of its own: an object is not one, its leaves are.
  exists: (wanted) => (value) => (value !== undefined && !isObject(value)) === wanted,
  prefix: (argument) => anyString(stringRule(argument, (value, text) => value.startsWith(text))),
  suffix: (argument) => anyString(stringRule(argument, (value, text) => value.endsWith(text))),
  wildcard: (argument) => anyString(wildcard(argument)),
  'equals-ignore-case': (argument) => anyString(equalsIgnoringCase(string(argument).toLowerCase())),
  numeric: (argument) => anyElement(numeric(argument)),
  'anything-but': (argument) => anyElement(anythingBut(argument)),
}

function anyElement(test: (value: Json) => boolean): Test {
  return (value) => (Array.isArray(value) ? value.some(test) : value !== undefined && test(value))
}

function anyString(test: (value: string) => boolean): Test {
  return anyElement((value) => typeof value === 'string' && test(value))
}

function equalsIgnoringCase(text: string): (value: string) => boolean {
  return (value) => value.toLowerCase() === text
}

/** `"text"`, or `{"equals-ignore-case": "text"}`. */
function stringRule(
  argument: Json,
  test: (value: string, text: string) => boolean,
): (value: string) => boolean {
  if (!isObject(argument)) {
    const text = string(argument)
    return (value) => test(value, text)
  }
  const text = string(argument['equals-ignore-case']).toLowerCase()
  return (value) => test(value.toLowerCase(), text)
}

function wildcard(argument: Json): (value: string) => boolean {
  // `*` is anything, `\*` is an asterisk, `\\` a backslash.
  const source = string(argument).replace(/\\([*\\])|(\*)|([^*\\]+)/g, (_, escaped, star, plain) => {
    return star ? '.*' : (escaped ?? plain).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  const expression = new RegExp(`^${source}$`, 's')
  return (value) => expression.test(value)
}

const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

function numeric(argument: Json): (value: Json) => boolean {
  const list = Array.isArray(argument) ? argument : []
  const pairs = list.flatMap((operator, i) => (i % 2 === 0 ? [comparison(operator, list[i + 1])] : []))
  if (pairs.length === 0) throw new Error(`"numeric" takes comparisons, not ${JSON.stringify(argument)}.`)
  return (value) => typeof value === 'number' && pairs.every((holds) => holds(value))
}

function comparison(operator: Json, limit: Json | undefined): (value: number) => boolean {
  const compare = COMPARISONS[String(operator)]
  if (!compare || typeof limit !== 'number') throw new Error(`"numeric" does not know ${operator} ${limit}.`)
  return (value) => compare(value, limit)
}

function anythingBut(argument: Json): (value: Json) => boolean {
  const excluded = isObject(argument) ? negatable(argument) : equalsAny(argument)
  return (value) => !excluded(value)
}

function equalsAny(argument: Json): (value: Json) => boolean {
  const values = Array.isArray(argument) ? argument : [argument]
  return (value) => values.includes(value)
}

/** `{"prefix": "a"}` or `{"prefix": ["a", "b"]}`: whatever matches one of them is excluded. */
function negatable(rule: JsonObject): (value: Json) => boolean {
  const [operator = ''] = Object.keys(rule)
  const compile =
    ['prefix', 'suffix', 'wildcard', 'equals-ignore-case'].includes(operator) && OPERATORS[operator]
  if (!compile) throw new Error(`"anything-but" does not know ${JSON.stringify(rule)}.`)
  const argument = rule[operator] ?? null
  const tests = (Array.isArray(argument) ? argument : [argument]).map(compile)
  return (value) => tests.some((test) => test(value))
}

function string(value: Json | undefined): string {
  if (typeof value === 'string') return value
  throw new Error(`A pattern needs a string here, not ${JSON.stringify(value)}.`)
}
