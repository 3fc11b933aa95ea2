/** Of which kind each prop of a trigger is, for those who write JavaScript: a wrong one would make a dead letter of each event. */
import { type Duration, Token } from 'aws-cdk-lib'
import type { TriggerProps } from './trigger-props.ts'

interface Kind {
  readonly what: string
  readonly fits: (value: unknown) => boolean
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isOptional = (fits: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || fits(value)
/** Of another copy of the library it is of another class. */
const isDuration = (value: unknown): boolean =>
  isRecord(value) && typeof (value as Partial<Duration>).toMilliseconds === 'function'

const TEXT: Kind = { what: 'a text that is not empty', fits: isText }
const RECORD: Kind = { what: 'an object', fits: isRecord }
const DURATION: Kind = { what: 'a Duration', fits: isDuration }
const areWeights = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).every((weight) => typeof weight === 'number')
const POOLS: Kind = { what: 'an object of numbers', fits: areWeights }
const isCostOfTask = (value: unknown): boolean => typeof value === 'number' || typeof value === 'function'
const TASK: Kind = {
  what: 'what defineTask returned, or { name, queue }, and its pools and cost',
  fits: (value) =>
    isRecord(value) &&
    isText(value['name']) &&
    isText(value['queue']) &&
    isOptional(areWeights)(value['pools']) &&
    isOptional(isCostOfTask)(value['cost']),
}
const PRIORITY: Kind = {
  what: 'a whole number from 0 to 9',
  fits: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 9,
}
const TAGS: Kind = {
  what: 'an object of texts',
  fits: (value) => isRecord(value) && Object.values(value).every(isText),
}
const UNIQUE: Kind = {
  what: 'true, or { key }',
  fits: (value) => value === true || (isRecord(value) && isText(value['key'])),
}
const DEBOUNCE: Kind = {
  what: '{ key, wait }, and perhaps max, of which key is a text and the others are Durations',
  fits: (value) =>
    isRecord(value) &&
    isText(value['key']) &&
    isDuration(value['wait']) &&
    isOptional(isDuration)(value['max']),
}
const COST: Kind = {
  what: 'a number, or the field of the event that holds one',
  fits: (value) => typeof value === 'number' || typeof value === 'string',
}

/** All props; the compiler complains when one is missing here. */
const KINDS: Readonly<Record<keyof TriggerProps, Kind>> = {
  pattern: RECORD,
  task: TASK,
  payload: RECORD,
  meta: RECORD,
  partition: TEXT,
  priority: PRIORITY,
  delay: DURATION,
  runAt: TEXT,
  ttl: DURATION,
  tags: TAGS,
  pools: POOLS,
  cost: COST,
  id: TEXT,
  idempotencyKey: TEXT,
  idempotencyTtl: DURATION,
  unique: UNIQUE,
  debounce: DEBOUNCE,
  eventBus: RECORD,
}
const REQUIRED: readonly (keyof TriggerProps)[] = ['pattern', 'task', 'payload']

const NO_PROPS = 'props: pass { pattern, task, payload }: which events, and of which task they make jobs'

export function kindProblems(props: unknown): string[] {
  if (!isRecord(props)) return [NO_PROPS]
  const given = Object.entries(props).filter(([, value]) => value !== undefined)
  const missing = REQUIRED.filter((name) => props[name] === undefined)
  return [
    ...missing.map((name) => `${name}: it is missing: ${KINDS[name].what}`),
    ...given.flatMap(([name, value]) => problemOf(name, value)),
  ]
}

function problemOf(name: string, value: unknown): string[] {
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name as keyof TriggerProps] : undefined
  if (!kind) return [`${name}: there is no such prop; there are: ${Object.keys(KINDS).join(', ')}`]
  // A field of the event may be anything.
  return Token.isUnresolved(value) || kind.fits(value) ? [] : [`${name}: it is not ${kind.what}`]
}
