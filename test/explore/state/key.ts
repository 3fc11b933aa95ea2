/** What tells one state from another: all of it, but for names and for the order of what has no order. */
import { hash } from 'node:crypto'
import { inOrder } from './names.ts'
import type { Message, Process, State } from './state.ts'

const texts = new WeakMap<object, string>()
/** State items, jobs and letters are never changed in place, and most of them stay as they are. */
function textOf(value: object): string {
  const known = texts.get(value)
  if (known !== undefined) return known
  const text = JSON.stringify(value)
  texts.set(value, text)
  return text
}

/** 128 bits of a hash: among ten million states two share one with a probability of 10⁻²⁵. */
export const keyOf = (state: State): string => hash('md5', inOrder(describe(state)), 'base64url')

function describe({
  deviationsLeft,
  acting,
  now,
  tables,
  processes,
  messages,
  requests,
  left,
  sweepsLeft,
  past,
}: State): string {
  const arrivals = messages.filter(({ queue }) => queue === 'arrivals')
  const others = messages.filter(({ queue }) => queue !== 'arrivals')
  const states = [...tables.states.values()].map(textOf).sort()
  const jobs = [...tables.jobs.values()].flatMap((items) => [...items.values()].map(textOf)).sort()
  const history = tables.history.map(textOf).sort()
  return [
    now,
    Object.values(left).join(),
    sweepsLeft,
    deviationsLeft,
    ...states,
    '/',
    ...jobs,
    '/',
    ...history,
    '/',
    ...[tables.queuePauses, tables.queueLimits].flatMap((said) =>
      [...(said ?? [])].map(([queue, one]) => `${queue}${textOf(one)}`).sort(),
    ),
    ...arrivals.map(ofMessage),
    ...others.map(ofMessage).sort(),
    '/',
    ...requests.map(({ op, args }) => `${op}${args}`).sort(),
    '/',
    ...processes.map((one) => ofProcess(one) + (one.serial === acting ? '!' : '')).sort(),
    '/',
    past.isLimitSet,
    ...[past.accepted, past.succeeded, past.begun].map((ids) => [...ids].sort().join()),
    ...[...past.starts].map(([partition, starts]) => `${partition}:${starts.join()}`).sort(),
  ].join('\n')
}

const ofMessage = ({ queue, body, visibleAt, received }: Message): string =>
  `${queue}${received}@${visibleAt}${body}`

const ofProcess = ({ point, names, endsAt, taken, again }: Process): string => {
  const tokens = names.tokens.map((token) => `~${token}~`).join('')
  const versions = names.versions.map((version) => `"version":${version}`).join()
  return `${point.id}:${endsAt}:${again.join()}:${taken ? ofMessage(taken) : ''}${tokens}${versions}`
}
