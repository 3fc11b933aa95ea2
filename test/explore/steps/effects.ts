/** What a request does when the service gets it. */
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import { parseSortKey } from '../../../lib/core/keys.ts'
import type { DelayedWake, WorkMessage } from '../../../lib/ports/queues.ts'
import { type Message, type QueueName, type State, tablesCopy } from '../state/state.ts'

const READS = /\.(get|range|shards|read|due|scan|glance|sweepCursors|letters|queueSettings)$/
/** The SDK gives them a token of the client's, and the service answers the second request as the first. */
const TRANSACTIONS = /\.(replace|bury|moveOut|putBack)$/

export const isSend = (op: string): boolean => op.endsWith('.send')
export const isWrite = (op: string): boolean => op.includes('.') && !READS.test(op)
/** Takes as long as it likes: a handler that runs, or a person who leaves a queue paused. */
export const isPatient = (op: string | undefined): boolean => op === 'handler' || op === 'paused'
export const isTransaction = (op: string): boolean => TRANSACTIONS.test(op)

/** Changes the state; returns the answer as JSON, or an empty text. */
export async function carryOutRequest(state: State, op: string, args: string): Promise<string> {
  // What is not given is none, and JSON has made that `null`.
  const given = (JSON.parse(args) as unknown[]).map((arg) => arg ?? undefined)
  if (op === 'work.send') return send(state, 'work', given[0] as readonly WorkMessage[], () => 0)
  if (op === 'wake.send') return send(state, 'wake', given[0] as readonly DelayedWake[], wholeSeconds)
  return carryOutInStore(state, op, given)
}

const wholeSeconds = ({ delay_ms = 0 }: Partial<DelayedWake>): number => Math.floor(delay_ms / 1000) * 1000

function send<M extends WorkMessage | DelayedWake>(
  state: State,
  queue: QueueName,
  messages: readonly M[],
  delayOf: (message: M) => number,
): string {
  const sent = messages.map(({ ...message }): Message => {
    const visibleAt = state.now + delayOf(message)
    if ('delay_ms' in message) return { queue, body: withoutDelay(message), visibleAt, received: 0 }
    return { queue, body: JSON.stringify(message), visibleAt, received: 0 }
  })
  state.messages = [...state.messages, ...sent]
  return ''
}

const withoutDelay = ({ delay_ms: _, ...message }: DelayedWake): string => JSON.stringify(message)

type Verbs = Readonly<Record<string, Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>>>

async function carryOutInStore(state: State, op: string, args: readonly unknown[]): Promise<string> {
  const arrived: RawItem[] = []
  const tables = isWrite(op) ? tablesCopy(state.tables) : state.tables
  if (isWrite(op)) tables.onInsert = (item) => void arrived.push(item)
  const [part = '', verb = ''] = op.split('.')
  const call = (memoryStore(tables) as object as Verbs)[part]?.[verb]
  if (!call) throw new Error(`the memory store has no ${op}`)
  const answer = await call(...args)
  delete tables.onInsert
  state.tables = tables
  if (arrived.length > 0) noteArrivals(state, arrived)
  return answer === undefined ? '' : JSON.stringify(answer, withEntries)
}

const withEntries = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value)

function noteArrivals(state: State, items: readonly RawItem[]): void {
  const records = items.map((item): Message => {
    return { queue: 'arrivals', body: JSON.stringify(item), visibleAt: state.now, received: 0 }
  })
  state.messages = [...state.messages, ...records]
  const ids = items.flatMap(({ sk }) => idOf(sk) ?? [])
  state.past = { ...state.past, accepted: new Set([...state.past.accepted, ...ids]) }
}

export function idOf(sk: string): string | undefined {
  const position = parseSortKey(sk)
  return position.ok ? position.value.id : undefined
}
