/**
 * Sets the numbers of a queue that may be full against the jobs that are there. They are right unless somebody has deleted or
 * copied items by hand, or functions of a version that knows nothing of them have ended jobs.
 */
import { MAX_PARTS, partKey, partsOfItem, sizePk } from '../../core/job/counted.ts'
import { type Counted, type Part, type PartCounts, recounted, sizeOf } from '../../core/limits/queue-size.ts'
import type { WorkerContext } from '../context.ts'

/** How many jobs there were by the number, and how many there are now. */
export interface Recount {
  readonly before: number
  readonly after: number
}

type RecountContext = Pick<WorkerContext, 'store'>

const NOTHING: Part = { jobs: 0, puts: 0 }
const NONE: Counted = { items: 0, jobs: 0 }
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

async function countParts({ store }: RecountContext, queue: string): Promise<ReadonlyMap<string, Counted>> {
  const counted = new Map<string, Counted>()
  const met = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await store.jobs.countedItems(queue, cursor)
    for (const item of page.items) {
      const name = `${item.pk} ${item.sk.split('#').slice(2).join('#')}`
      for (const { pk, sk } of partsOfItem(item)) {
        const { items, jobs } = counted.get(`${pk} ${sk}`) ?? NONE
        counted.set(`${pk} ${sk}`, { items: items + 1, jobs: jobs + (met.has(name) ? 0 : 1) })
      }
      met.add(name)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  return counted
}

async function mendAll(
  context: RecountContext,
  pk: string,
  before: PartCounts,
  counted: ReadonlyMap<string, Counted>,
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
  readonly counted: Counted
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
