/** Raw items, good and bad together: no batch crashes, no neighbour is lost, every refusal is a dead letter with a reason. */
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { parseJob, type RawItem } from '../../lib/core/job/job.ts'
import { parseSortKey } from '../../lib/core/keys.ts'
import { NOW } from '../support/builders.ts'
import type { Image } from './attributes.ts'
import { CONFIG } from './context.ts'
import { corpus } from './corpus.ts'
import { reportInputs, runs, tried } from './count.ts'
import { type Candidate, candidate } from './images.ts'
import { live, nameOf } from './life.ts'

reportInputs('raw items')

describe('raw items', () => {
  test.each(corpus('items'))('found before: %s', async (_why, images) => {
    await check((images as Image[]).map((image) => ({ image, good: false })))
  })

  test('every one ends: run, refused with a reason, or not due for a long time', async () => {
    const batch = fc.array(candidate, { minLength: 4, maxLength: 24, size: 'max' })
    await fc.assert(fc.asyncProperty(batch, check), runs(2200))
  })
})

async function check(candidates: readonly Candidate[]): Promise<void> {
  // One key, one item: a second put under it would be an update, which is nobody's arrival.
  const items = [...new Map(candidates.map((part) => [keyOf(part.image), part])).values()]
  tried(items.length)
  const { done, tables, lines } = await live(items.map(({ image }) => image))
  const waiting = [...tables.jobs.values()].flatMap((shard) => [...shard.values()])
  const due = waiting.filter((item) => isDue(item) && !isLeftToNewer(item))
  expect(due.map(nameOf), `still there, and due; the last words: ${JSON.stringify(lines.slice(-3))}`).toEqual(
    [],
  )
  expect(done.length + tables.history.length + waiting.length).toBe(items.length)
  for (const letter of tables.history) expect(letter.error).toMatch(/^[^\n]{8,2000}$/)
  for (const { image } of items.filter(({ good }) => good)) {
    const refused = tables.history.find(({ job, reason }) => reason === 'refused' && isSame(job, image))
    expect(
      refused && !/there is no task|^a job has/.test(refused.error) ? refused : undefined,
    ).toBeUndefined()
  }
}

/** A queue, or a partition rule, that a newer configuration may have. */
function isLeftToNewer(item: RawItem): boolean {
  const job = parseJob(CONFIG, item)
  return !job.ok && job.isUnknown
}

const keyOf = (image: Image): string => `${image['pk']?.S} ${image['sk']?.S}`
const isSame = (job: string, image: Image): boolean => {
  const { pk, sk } = JSON.parse(job) as RawItem
  return pk === image['pk']?.S && sk === image['sk']?.S
}
const isDue = ({ sk }: RawItem): boolean => {
  const position = parseSortKey(sk)
  return !position.ok || position.value.runAt <= NOW
}
