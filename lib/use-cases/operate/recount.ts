/**
 * Sets the numbers of a queue that may be full against the jobs that are there. They are right unless somebody has deleted or
 * copied items by hand, or functions of a version that knows nothing of them have ended jobs.
 */
import { MAX_PARTS, partKey, partsOfItem, sizePk } from '../../core/job/counted.ts'
import type { RawItem } from '../../core/job/job.ts'
import {
  type CountedJobs,
  type Part,
  type PartCounts,
  recounted,
  sizeOf,
} from '../../core/limits/queue-size.ts'
import type { WorkerContext } from '../context.ts'

/** How many jobs there were by the number, and how many there are now. */
export interface Recount {
  readonly before: number
  readonly after: number
}

type RecountContext = Pick<WorkerContext, 'store'>

const NOTHING: Part = { jobs: 0, puts: 0 }
const NONE: CountedJobs = { least: 0, most: 0 }
/** Others change the number meanwhile. What is left then is mended by the next recount. */
const MAX_TRIES = 50

/** @returns by scope; the partition's only if one is named */
export async function recount(
  { store }: RecountContext,
  queue: string,
  partition?: string,
): Promise<{ readonly queue: Recount; readonly partition?: Recount }> {
  const keys = [sizePk(queue), ...(partition === undefined ? [] : [sizePk(queue, partition)])]
  // Before the count: what is put from now on is known by the numbers.
  const before = await Promise.all(keys.map((pk) => store.history.size(pk)))
  const counted = await countParts({ store }, queue)
  const [ofQueue, ofPartition] = await Promise.all(
    keys.map(async (pk, n) => mendAll({ store }, pk, before[n] ?? new Map(), counted)),
  )
  const none: Recount = { before: 0, after: 0 }
  return { queue: ofQueue ?? none, ...(ofPartition ? { partition: ofPartition } : {}) }
}

/** By part: how many jobs there are, and how many of them under the same id in one shard. */
async function countParts(
  { store }: RecountContext,
  queue: string,
): Promise<ReadonlyMap<string, CountedJobs>> {
  const counted = new Map<string, CountedJobs>()
  const seen = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await store.jobs.countedItems(queue, cursor)
    for (const item of page.items) {
      const name = nameOf(item)
      for (const { pk, sk } of partsOfItem(item)) {
        const { least, most } = counted.get(`${pk} ${sk}`) ?? NONE
        counted.set(`${pk} ${sk}`, { least: seen.has(name) ? least : least + 1, most: most + 1 })
      }
      seen.add(name)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  return counted
}

/** The next attempt of a job stands under another key, and may be read as well. */
const nameOf = ({ pk, sk }: RawItem): string => `${pk} ${sk.split('#').slice(2).join('#')}`

async function mendAll(
  context: RecountContext,
  pk: string,
  before: PartCounts,
  counted: ReadonlyMap<string, CountedJobs>,
): Promise<Recount> {
  for (let part = 0; part < MAX_PARTS; part++) {
    const { sk } = partKey(pk, part)
    await mend(context, pk, {
      part,
      before: before.get(part) ?? NOTHING,
      counted: counted.get(`${pk} ${sk}`) ?? NONE,
    })
  }
  return { before: sizeOf(before), after: sizeOf(await context.store.history.size(pk)) }
}

interface CountedPart {
  readonly part: number
  readonly before: Part
  readonly counted: CountedJobs
}

async function mend(
  { store }: RecountContext,
  pk: string,
  { part, before, counted }: CountedPart,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const now = (await store.history.size(pk)).get(part) ?? NOTHING
    const jobs = recounted(before, now, counted)
    if (jobs === now.jobs || (await store.history.mendSize(partKey(pk, part), now, jobs))) return
  }
}
