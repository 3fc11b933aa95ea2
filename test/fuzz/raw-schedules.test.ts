/** Schedules put by hand, good and bad together: each is a schedule or a dead letter with a reason, and its neighbours fire. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { fromItem } from '../../lib/adapters/dynamodb/database.ts'
import { ScheduleTable } from '../../lib/adapters/memory/schedule-table.ts'
import { definitionByHand } from '../../lib/core/schedule/by-hand.ts'
import {
  isRaw,
  type RawSchedule,
  readSchedule,
  toScheduleItem,
} from '../../lib/core/schedule/schedule-item.ts'
import { isNote } from '../../lib/core/schedule/schedule-key.ts'
import { arriveSchedules } from '../../lib/use-cases/schedules/arrive-schedules.ts'
import { NOW, value } from '../support/builders.ts'
import type { Image } from './attributes.ts'
import { CONFIG, fuzzContext } from './context.ts'
import { corpus } from './corpus.ts'
import { reportInputs, runs, tried } from './count.ts'
import type { Candidate } from './images.ts'
import { rawSchedule } from './raw-schedules.ts'

reportInputs('raw schedules')

const NEIGHBOUR = { pk: 'neighbour|next door', queue: 'plain', every: '1m', aligned: true, payload: {} }

describe('schedules put by hand', () => {
  test.each(corpus('schedules'))('found before: %s', async (_why, images) => {
    await check((images as Image[]).map((image) => ({ image, good: false })))
  })

  test('are schedules that read back as they are, or dead letters with a reason; their neighbour fires', async () => {
    const batch = fc.array(rawSchedule, { minLength: 2, maxLength: 16, size: 'max' })
    await fc.assert(fc.asyncProperty(batch, check), runs(60))
  })
})

async function check(candidates: readonly Candidate[]): Promise<void> {
  const items = new Map(candidates.map(({ image, good }) => [image['pk']?.S ?? '', { image, good }]))
  for (const pk of items.keys()) if (isNote(pk)) items.delete(pk)
  tried(items.size)
  const { context, tables, lines } = fuzzContext()
  tables.schedules = new ScheduleTable()
  for (const { image } of items.values()) put(tables.schedules, fromItem(image) as RawSchedule)
  put(tables.schedules, NEIGHBOUR)
  const keys = [...items.keys(), NEIGHBOUR.pk]
  // What the first writes comes by the stream again.
  for (const _time of ['arrived', 'written']) await arriveSchedules(context, keys)
  expect(lines.filter(({ message }) => /could not be fired/.test(message))).toEqual([])
  const ticks = [...tables.jobs.values()].flatMap((shard) => [...shard.values()])
  expect(ticks.filter(({ task }) => task === 'neighbour')).toHaveLength(1)
  for (const [pk, candidate] of items) {
    const letters = tables.history.filter(({ job }) => (JSON.parse(job) as RawSchedule).pk === pk)
    ends(candidate, tables.schedules.get(pk), letters)
  }
}

const put = (table: ScheduleTable, item: RawSchedule): void => void table.set(item.pk, structuredClone(item))

function ends(
  { image, good }: Candidate,
  item: RawSchedule | undefined,
  letters: readonly { readonly error: string }[],
): void {
  if (good) expect(letters).toEqual([])
  if (!item) {
    expect(letters).toEqual([{ ...letters[0], error: expect.stringMatching(/^[^\n]{8,2000}$/) }])
    return
  }
  expect(letters).toEqual([])
  const schedule = readSchedule(item)
  if (isRaw(item)) isLeftToNewer(item)
  else if (!schedule.ok && image['version']) expect(item).toMatchObject({ setAside: { at: NOW } })
  else expect(item).toMatchObject({ ...toScheduleItem(value(schedule)) })
  if (good) expect(item['payload']).toEqual(fromItem(image)['payload'])
}

/** A queue, or a place in it, that another configuration may have. */
function isLeftToNewer(item: RawSchedule): void {
  expect(item['unknownSince']).toBeTypeOf('number')
  expect(definitionByHand(CONFIG, item, NOW)).toMatchObject({ ok: false, isUnknown: true })
}
