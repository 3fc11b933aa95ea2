/** Everything that a world is at one moment. A step makes a copy of it and changes that. */
import { ItemCollection } from '../../../lib/adapters/memory/item-collection.ts'
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { Point } from '../process/points.ts'
import type { Task } from '../process/roles.ts'
import type { Fault, Faults } from '../world.ts'
import type { Names } from './names.ts'

/** `operator`: what a person is about to do. */
export type QueueName = 'arrivals' | 'wake' | 'work' | 'operator'

export interface Message {
  readonly queue: QueueName
  /** JSON. */
  readonly body: string
  readonly visibleAt: number
  /** How often it was delivered. */
  readonly received: number
}

export interface Process {
  /** Tells it from others in a trace, and nowhere else. */
  readonly serial: number
  readonly role: Task['role']
  readonly point: Point
  readonly names: Names
  /** When Lambda stops it, in true time. */
  readonly endsAt: number
  /** What it was invoked with; comes again at `visibleAt` if it does not end well. */
  readonly taken?: Message
  /** Positions of the calls whose requests have been carried out, and are sent again. */
  readonly again: readonly number[]
}

/** What a dead process has sent, and the service has not got yet. */
export interface Request {
  readonly op: string
  /** JSON, with the world's names. */
  readonly args: string
}

/** What the checks know of the past. */
export interface Past {
  /** Jobs that the table has taken. */
  readonly accepted: ReadonlySet<string>
  readonly succeeded: ReadonlySet<string>
  /** Attempts that have begun. */
  readonly begun: ReadonlySet<string>
  /** Who set a limit has been told that it holds. */
  readonly isLimitSet: boolean
  /** Partition → when jobs of it started, for as long as a window looks back. */
  readonly starts: ReadonlyMap<string, readonly number[]>
}

export interface State {
  now: number
  tables: Tables
  processes: readonly Process[]
  messages: readonly Message[]
  requests: readonly Request[]
  left: Faults
  /** How many more sweeps there will be after everything else has come to rest. */
  sweepsLeft: number
  /** Absent: the world has no bound. */
  deviationsLeft: number | undefined
  /** The process that has made the last step, by its serial. */
  acting: number | undefined
  past: Past
  /** Tokens that were ever drawn, and processes that ever began. */
  tokens: number
  serials: number
  /** What the step that led here broke. */
  broken: readonly string[]
}

/** May be written to: what it shares with the other is never changed in place. */
export const copyOf = (state: State): State => ({ ...state, broken: [] })

export const spend = (state: State, fault: Fault): void => {
  state.left = { ...state.left, [fault]: state.left[fault] - 1 }
}

export function processAt({ processes }: State, index: number): Process {
  const process = processes[index]
  if (!process) throw new Error(`there is no process ${index}`)
  return process
}

export function replaceProcess(state: State, index: number, process: Process): void {
  state.processes = state.processes.with(index, process)
}

export const tablesCopy = ({
  jobs,
  states,
  history,
  receipts,
  locks,
  ended,
  earlierShards,
  sweep,
  queuePauses,
  queueLimits,
}: Tables): Tables => ({
  jobs: new Map([...jobs].map(([shard, items]) => [shard, copyOfItems(items)])),
  states: new Map(states),
  history: [...history],
  receipts: new Map(receipts),
  locks: new Map(locks),
  ended: new Map(ended),
  earlierShards: new Map([...earlierShards].map(([queue, shards]) => [queue, new Set(shards)])),
  sweep: new Map(sweep),
  ...(queuePauses ? { queuePauses: new Map(queuePauses) } : {}),
  ...(queueLimits ? { queueLimits: new Map(queueLimits) } : {}),
})

function copyOfItems(items: ItemCollection): ItemCollection {
  const copy = new ItemCollection()
  for (const [sk, item] of items) copy.set(sk, item)
  return copy
}
