/** Events go to several listeners. */
import { expect, test } from 'vitest'
import { eventsToAll } from '../../../lib/adapters/events/to-all.ts'
import type { Events } from '../../../lib/ports/events.ts'
import { SHARD } from '../../support/builders.ts'

test('every listener hears of every event, in their order', () => {
  const heard: string[] = []
  const listener = (name: string): Events => ({ emit: ({ kind }) => void heard.push(`${name}: ${kind}`) })
  const events = eventsToAll(listener('one'), listener('two'))
  events.emit({ kind: 'ticked', woken: 0, fired: 0 })
  events.emit({ kind: 'wake-up failed', shard: SHARD })
  expect(heard).toEqual(['one: ticked', 'two: ticked', 'one: wake-up failed', 'two: wake-up failed'])
})
