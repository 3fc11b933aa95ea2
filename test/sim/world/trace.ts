/** A line for each event, and a hash over all lines: two runs of a seed give the same. */
import { createHash } from 'node:crypto'
import type { RawKey } from '../../../lib/ports/store.ts'
import type { WorldEvent } from './events.ts'
import type { Invocation } from './invocation.ts'

export class Trace {
  readonly #hash = createHash('sha256')
  readonly #print: ((line: string) => void) | undefined
  readonly #epoch_ms: number

  constructor(epoch_ms: number, print?: (line: string) => void) {
    this.#epoch_ms = epoch_ms
    this.#print = print
  }

  add(now: number, event: WorldEvent): void {
    const line = `${((now - this.#epoch_ms) / 1000).toFixed(3).padStart(10)} ${describe(event)}`
    this.#hash.update(line)
    this.#print?.(line)
  }

  /** Ends the trace. */
  digest(): string {
    return this.#hash.digest('hex').slice(0, 16)
  }
}

const nameOf = ({ fn, id }: Invocation): string => `${fn}#${id}`

function describe(event: WorldEvent): string {
  switch (event.kind) {
    case 'effect':
      return `${nameOf(event.by)} ${JSON.stringify(event.effect, withoutNoise)}`
    case 'fault':
      return `${nameOf(event.by)} FAULT ${event.fault} at ${event.op}`
    case 'begun':
      return `${nameOf(event.by)} begins, clock ${event.by.skew_ms} ms off, version ${event.by.version}`
    case 'over':
      return `${nameOf(event.by)} is over: ${event.how}`
    case 'attemptStarted':
      return `${nameOf(event.by)} RUN ${event.pk} ${event.sk} attempt ${event.attempt}`
    case 'attemptEnded':
      return `${nameOf(event.by)} RUN ENDS ${event.pk} ${event.sk} ${event.how}`
    case 'delivered':
      return `${event.queue} delivers ${event.body} for the ${event.count}. time`
    case 'limitsSet':
      return `the limits of ${event.shard} are set`
    case 'limiterHeld':
      return `${event.name} is held`
    case 'limiterLifted':
      return `${event.name} is held no longer`
    case 'limiterTold':
      return `${nameOf(event.by)} has lifted what held ${event.name}`
    case 'queuePaused':
      return `the queue ${event.queue} is paused`
    case 'queueLimitsSet':
      return `all know the limits of the queue ${event.queue}`
    case 'accepted':
      return `accepted ${event.keys.map(({ sk }) => sk).join(' ')}`
    case 'appRate':
      return `the app's rate gives ${event.concurrency}${event.isHeard ? ', for certain' : ' soon'}`
    case 'limiterSet':
      return `${event.name} has ${JSON.stringify(event.limits)}`
    case 'asks':
      return `${nameOf(event.by)} has version ${event.version}`
    case 'told':
      return `${nameOf(event.by)} is told: ${event.how} ${event.job.pk} ${event.job.sk} ${JSON.stringify(event.asked)}`
    case 'scheduleRefused':
      return `${nameOf(event.by)} is refused: ${event.why}`
    case 'schedulesSettled':
      return '-- schedules have settled'
    case 'scheduleTold':
      return `${nameOf(event.by)} is told: ${event.what} ${event.key}`
    case 'full':
      return `${nameOf(event.by)} is told that ${event.place} is full`
    case 'quiet':
      return '-- all is quiet'
    case 'arrived':
      return `${nameOf(event.by)} has seen to ${event.items.map(({ pk, sk }) => `${pk} ${sk}`).join(', ')}`
    case 'expired':
      return `${event.state.shard} has expired`
    case 'leftToNewer':
      return 'an event is left to a newer function'
    case 'throttled':
      return `${event.fn} is throttled`
    case 'loopRefused':
      return `${event.queue}: a chain is taken for a loop, ${event.body} is refused`
    case 'recordDropped':
      return `the stream drops ${event.item.pk} ${event.item.sk}`
    case 'note':
      return `-- ${event.text}`
    case 'surprise':
      return `SURPRISE ${event.text.split('\n')[0]}`
  }
}

const LONGEST_TEXT = 300

const shortOf = (key: string, value: unknown): unknown =>
  key === 'key' ? { pk: (value as RawKey).pk, sk: (value as RawKey).sk } : undefined

/** Without what the next line tells anyway, and short; sets and bytes are written as lists. */
function withoutNoise(key: string, value: unknown): unknown {
  if (key === 'before' || key === 'read' || key === 'key') return shortOf(key, value)
  if (value instanceof Set || value instanceof Uint8Array) return [...value]
  return typeof value === 'string' && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value
}
