/** How long a wake-up is delayed: the queue takes whole seconds only, and rounds down. */
import { expect, test } from 'vitest'
import type { DelayedWake } from '../../../lib/ports/queues.ts'
import { arrangeWake } from '../../../lib/use-cases/wake.ts'
import { NOW, SHARD } from '../../support/builders.ts'

test.each([
  [true, 1300],
  [false, 2000],
])(
  'where a second counts (%s) it comes early, and its receiver waits for the rest',
  async (isPrecise, delay_ms) => {
    const sent: DelayedWake[] = []
    const wake = { send: async (messages: readonly DelayedWake[]) => void sent.push(...messages) }
    await arrangeWake({ wake }, SHARD, { at: NOW + 1300, isPrecise }, NOW)
    expect(sent).toEqual([{ shard: SHARD, dueAt: NOW + 1300, delay_ms }])
  },
)
