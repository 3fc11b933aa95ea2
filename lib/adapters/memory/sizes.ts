/** The numbers of jobs that are there, in memory. */
import { changesOf, type PartKey, partKey, type Room } from '../../core/job/counted.ts'
import { isSameItem, type JobItem, type RawItem } from '../../core/job/job.ts'
import { type MaxSet, setInPart } from '../../core/limits/max-size.ts'
import { ALL_PARTS, type Part, type PartCounts } from '../../core/limits/queue-size.ts'
import type { CountedOutcome, CountedPage } from '../../ports/store.ts'
import { byBytes } from './order.ts'
import { putJob, type Tables } from './tables.ts'

export function changeSizes(tables: Tables, taken: readonly RawItem[], put: readonly RawItem[]): void {
  for (const { by, puts, ...key } of changesOf(taken, put)) {
    const now = partAt(tables, key)
    writePart(tables, key, { ...now, jobs: now.jobs + by, puts: now.puts + puts })
  }
}

export const isFull = (tables: Tables, rooms: readonly Room[] = []): boolean =>
  rooms.some(
    ({ most, mark, others = [], ...key }) =>
      partAt(tables, key).jobs >= most ||
      partAt(tables, key).set?.mark !== mark ||
      others.some((other) => partAt(tables, other).jobs > other.count),
  )

export function putCounted(tables: Tables, item: JobItem, rooms?: readonly Room[]): CountedOutcome {
  const found = tables.jobs.get(item.pk)?.get(item.sk)
  if (found) return isSameItem(found, item) ? 'exists' : 'taken'
  if (isFull(tables, rooms)) return 'full'
  changeSizes(tables, [], [item])
  putJob(tables, item)
  return 'put'
}

export const readSize = ({ sizes }: Tables, pk: string): PartCounts => new Map(sizes?.get(pk))

export function mendSize(tables: Tables, key: PartKey, asRead: Part, jobs: number): boolean {
  const now = partAt(tables, key)
  if (now.jobs !== asRead.jobs || now.puts !== asRead.puts) return false
  writePart(tables, key, { ...now, jobs })
  return true
}

export function setMaxSize(tables: Tables, pk: string, set: MaxSet): void {
  for (const part of ALL_PARTS) {
    const key = partKey(pk, part)
    writePart(tables, key, { ...partAt(tables, key), set: setInPart(set, part) })
  }
}

/** As a scan would: in the order of keys, a few at a time. */
export function countedItems({ jobs }: Tables, queue: string, cursor?: string): CountedPage {
  const items = [...jobs.values()]
    .flatMap((shard) => [...shard.values()])
    .filter(({ pk, countedIn }) => pk.split('|')[0] === queue && countedIn !== undefined)
    .toSorted((a, b) => byBytes(placeOf(a), placeOf(b)))
    .filter((item) => cursor === undefined || byBytes(placeOf(item), cursor) > 0)
  const page = items.slice(0, ITEMS_A_PAGE)
  const last = page.at(-1)
  return {
    items: page.map(({ pk, sk, countedIn }) => ({ pk, sk, countedIn })),
    ...(last && items.length > page.length ? { cursor: placeOf(last) } : {}),
  }
}

/** Few, so that whoever counts has to ask for a second page. */
const ITEMS_A_PAGE = 3
const placeOf = ({ pk, sk }: RawItem): string => `${pk}\n${sk}`

const NOTHING: Part = { jobs: 0, puts: 0 }
const partAt = ({ sizes }: Tables, { pk, sk }: PartKey): Part => sizes?.get(pk)?.get(Number(sk)) ?? NOTHING

function writePart(tables: Tables, { pk, sk }: PartKey, part: Part): void {
  tables.sizes ??= new Map()
  tables.sizes.set(pk, (tables.sizes.get(pk) ?? new Map<number, Part>()).set(Number(sk), part))
}
