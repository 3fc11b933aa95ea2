/** What the log says of a change that a person has made: of what, to what, by whom and why. */
import type { SluiceEvent } from '../../core/event.ts'
import type { Change } from '../../core/limits/change.ts'
import type { Line } from './job-lines.ts'

export function lineOfChange({ of, change, note }: SluiceEvent<'changed by hand'>): Line {
  return ['info', MESSAGES[change.kind], { ...of, ...detailsOf(change), ...note }]
}

const MESSAGES: Readonly<Record<Change['kind'], string>> = {
  set: 'limits were set',
  'rate set': 'the rate of an app was set',
  'size set': 'the size of a queue was set',
  'size as configured': 'the size of a queue is as configured again',
  'as configured': 'limits are as configured again',
  paused: 'paused',
  resumed: 'resumed',
  'slowed down': 'slowed down',
  'slowed down no more': 'slowed down no more',
}

function detailsOf(change: Change): object {
  switch (change.kind) {
    case 'set':
      return { limits: change.limits }
    case 'rate set':
      return { rate: change.rate }
    case 'size set':
      return { max: change.max }
    case 'slowed down':
      return { until: new Date(change.until).toISOString() }
    case 'size as configured':
    case 'as configured':
    case 'paused':
    case 'resumed':
    case 'slowed down no more':
      return {}
  }
}
