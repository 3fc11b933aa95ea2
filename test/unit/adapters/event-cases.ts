/** Events, and what the log and the alarms make of them. */
import { expect, test } from 'vitest'
import { eventsToLog } from '../../../lib/adapters/events/to-log.ts'
import { eventsToMetrics } from '../../../lib/adapters/events/to-metrics.ts'
import type { EventKind, SluiceEvent } from '../../../lib/core/event.ts'

interface Case<Kind extends EventKind> {
  readonly event: Omit<Extract<SluiceEvent, { readonly kind: Kind }>, 'kind'>
  readonly line: readonly [level: string, message: string, details: object]
  readonly counts?: object
}
export type Cases<Kind extends EventKind> = { readonly [One in Kind]: readonly Case<One>[] }

type AnyCase = Pick<Case<EventKind>, 'line' | 'counts'> & { readonly event: object }

export function testEvents(cases: Readonly<Record<string, readonly AnyCase[]>>): void {
  const all = Object.entries(cases).flatMap(([kind, those]) =>
    those.map(({ event, line, counts = {} }) => ({
      name: `${kind}: ${line[1]}`,
      event: { kind, ...event } as SluiceEvent,
      line,
      counts,
    })),
  )
  test.each(all)('$name', ({ event, line, counts }) => {
    const lines: unknown[] = []
    const counted = new Map<string, number>()
    const log = (level: string) => (message: string, details?: object) =>
      void lines.push([level, message, details])
    eventsToLog({ debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }).emit(
      event,
    )
    eventsToMetrics({ count: (name, value) => void counted.set(name, value) }).emit(event)
    expect(lines).toEqual([line])
    expect(Object.fromEntries(counted)).toEqual(counts)
  })
}
