/** The store in memory: for tests and simulations. Every operation is atomic, as DynamoDB's are. */
import { isOfWork, isSameItem, JUDGED_ATTRIBUTES, type RawItem } from '../../core/job/job.ts'
import { BEHIND_SORT_KEYS } from '../../core/keys.ts'
import type { HistoryStore, JobStore, Store } from '../../ports/store.ts'
import { memoryEnded } from './ended.ts'
import { memoryEnds, whatIsThere } from './job-ends.ts'
import { memoryLanes } from './job-lanes.ts'
import { countOf } from './letters.ts'
import { byBytes } from './order.ts'
import { memorySchedules } from './schedules.ts'
import { changeSizes, countedItems, isFull, mendSize, putCounted, readSize, setMaxSize } from './sizes.ts'
import { memoryStates } from './states.ts'
import { memoryShards } from './sweep.ts'
import { deleteJob, emptyTables, placeOfLetter, putJob, putLetter, type Tables } from './tables.ts'
import { claimKey, mayClaim, putUnique, swapWaiting, takeLockAlong } from './unique.ts'

export const memoryStore = (tables: Tables = emptyTables()): Store => ({
  jobs: memoryJobs(tables),
  states: memoryStates(tables),
  history: memoryHistory(tables),
  schedules: memorySchedules(tables),
})

const memoryJobs = (tables: Tables): JobStore => ({
  put: async (item) => {
    const found = tables.jobs.get(item.pk)?.get(item.sk)
    if (found) return isSameItem(found, item) ? 'exists' : 'taken'
    putJob(tables, item)
    return 'put'
  },
  putCounted: async (item, rooms) => putCounted(tables, item, rooms),
  putOnce: async (item, receipt, rooms) => {
    const kept = tables.receipts.get(receipt.pk)
    if (kept && kept.until > receipt.at)
      return kept.mark === receipt.mark ? { kind: 'put' } : { kind: 'existing', job: { ...kept.job } }
    const found = tables.jobs.get(item.pk)?.get(item.sk)
    if (found) return isSameItem(found, item) ? { kind: 'existing', job: receipt.job } : { kind: 'taken' }
    if (isFull(tables, rooms)) return { kind: 'full' }
    changeSizes(tables, [], [item])
    tables.receipts.set(receipt.pk, structuredClone(receipt))
    putJob(tables, item)
    return { kind: 'put' }
  },
  putUnique: async (item, lock, found, rooms) => putUnique(tables, { item, lock }, found, rooms),
  swapWaiting: async (...call) => swapWaiting(tables, ...call),
  putBatch: async (items) => {
    for (const item of items) putJob(tables, item)
    return []
  },
  get: async ({ pk, sk }) => structuredClone(tables.jobs.get(pk)?.get(sk)),
  range: async ({ shard, from, before, limit }) => {
    const isBehind = (sk: string) =>
      before === undefined ? isBefore(BEHIND_SORT_KEYS, sk) : !isBefore(sk, before)
    const items: RawItem[] = []
    for (const item of tables.jobs.get(shard)?.from(from) ?? []) {
      if (items.length >= limit || isBehind(item.sk)) break
      items.push(item)
    }
    // DynamoDB, when a page is full, does not look whether anything is behind it.
    return { items: structuredClone(items), more: items.length >= limit }
  },
  ...memoryEnds(tables),
  ...memoryLanes(tables),
  count: async ({ shard, from, before = BEHIND_SORT_KEYS, most = Number.POSITIVE_INFINITY }) => {
    let count = 0
    for (const item of tables.jobs.get(shard)?.from(from) ?? []) {
      if (!isBefore(item.sk, before)) break
      count++
      if (count >= most) return { count, atLeast: true }
    }
    return { count }
  },
  remove: async (item) => {
    const notThere = whatIsThere(tables, item, JUDGED_ATTRIBUTES.filter(isOfWork))
    if (notThere) return notThere
    changeSizes(tables, [item], [])
    deleteJob(tables, item)
    return 'removed'
  },
  replace: async (item, next) => {
    const notThere = whatIsThere(tables, item)
    if (notThere) return notThere
    if (tables.jobs.get(next.pk)?.has(next.sk)) return 'occupied'
    changeSizes(tables, [item], [next])
    deleteJob(tables, item)
    putJob(tables, next)
    takeLockAlong(tables, item, next)
    return 'replaced'
  },
  bury: async (item, letter) => {
    const further = letter.reason === 'refused' ? Object.keys(item) : []
    const notThere = whatIsThere(tables, item, [...JUDGED_ATTRIBUTES, ...further])
    if (notThere) return notThere
    changeSizes(tables, [item], [])
    deleteJob(tables, item)
    putLetter(tables, letter)
    return 'buried'
  },
  countedItems: async (...call) => countedItems(tables, ...call),
  shards: async (query = {}) => memoryShards(tables, query),
  moveOut: async ({ shard, version }, item, target) => {
    if (tables.states.get(shard)?.version !== version) return 'passed'
    const notThere = whatIsThere(tables, item)
    if (notThere) return notThere
    if ('job' in target && tables.jobs.get(target.job.pk)?.has(target.job.sk)) return 'occupied'
    const claim = 'job' in target ? target.claim : undefined
    if (claim && 'job' in target && !mayClaim(tables, claim, target.job)) return 'locked'
    changeSizes(tables, [item], 'job' in target ? [target.job] : [])
    deleteJob(tables, item)
    if (!('job' in target)) putLetter(tables, target.letter)
    else putJob(tables, target.job)
    if (claim && 'job' in target) claimKey(tables, claim, target.job)
    return 'moved'
  },
})

const isBefore = (a: string, b: string): boolean => byBytes(a, b) < 0

/** Few, so that whoever reads letters has to ask for a second page. */
const LETTERS_A_PAGE = 10

const memoryHistory = (tables: Tables): HistoryStore => ({
  bury: async (letter) => putLetter(tables, letter),
  ...memoryEnded(tables),
  size: async (pk) => readSize(tables, pk),
  mendSize: async (...call) => mendSize(tables, ...call),
  setMaxSize: async (...call) => {
    setMaxSize(tables, ...call)
    return 'set'
  },
  count: async (pk) => ({ count: tables.history.filter((letter) => letter.pk === pk).length }),
  countOf: async (pk, partition) => countOf(tables, pk, partition),
  letters: async (pk, cursor) => {
    const letters = tables.history
      .filter((letter) => letter.pk === pk && (cursor === undefined || isBefore(cursor, letter.sk)))
      .sort((a, b) => (isBefore(a.sk, b.sk) ? -1 : 1))
    const page = structuredClone(letters.slice(0, LETTERS_A_PAGE))
    const last = page.at(-1)
    return { letters: page, ...(last && letters.length > page.length ? { cursor: last.sk } : {}) }
  },
  lock: async ({ pk }) => structuredClone(tables.locks.get(pk)),
  putBack: async (letter, job, claim) => {
    const place = placeOfLetter(tables, letter)
    if (place === -1) return 'gone'
    if (tables.jobs.get(job.pk)?.has(job.sk)) return 'occupied'
    if (claim && !mayClaim(tables, claim, job)) return 'locked'
    tables.history.splice(place, 1)
    changeSizes(tables, [], [job])
    putJob(tables, job)
    if (claim) claimKey(tables, claim, job)
    return 'put'
  },
})
