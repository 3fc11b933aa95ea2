/** What the log says of units that are lent, of lines, and of starts that are granted. */
import type { SluiceEvent } from '../../core/event.ts'
import type { Lending, LendingEvents } from '../../core/limits/lending-event.ts'
import type { Line } from './job-lines.ts'

export const LENDING_LINES: {
  readonly [Kind in keyof LendingEvents]: (event: SluiceEvent<Kind>) => Line
} = {
  'books changed': ({ shard, limiter, change: { kind, ...what } }) => [
    'debug',
    MESSAGES[kind],
    { shard, limiter, ...what },
  ],
  'starts granted': ({ shard, limiter, starts, from }) => [
    'debug',
    'starts granted',
    { shard, limiter, starts, from: new Date(from).toISOString() },
  ],
}

const MESSAGES: Readonly<Record<Lending['kind'], string>> = {
  borrowed: 'units borrowed',
  'passed on': 'units lent to another shard',
  'given back': 'units given back',
  waits: 'a shard stands in a line',
  'waits no more': 'a shard has left a line',
}
