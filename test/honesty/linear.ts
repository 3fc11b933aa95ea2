/**
 * Whether answers given to operations issued at the same time can be explained by some order of them, one after the
 * other, on the memory store: linearizability, by trying the orders. Small batches only.
 */
import { isDeepStrictEqual } from 'node:util'
import { ItemCollection } from '../../lib/adapters/memory/item-collection.ts'
import { ScheduleTable } from '../../lib/adapters/memory/schedule-table.ts'
import { memoryStore } from '../../lib/adapters/memory/store.ts'
import type { Tables } from '../../lib/adapters/memory/tables.ts'
import type { RawItem } from '../../lib/core/job/job.ts'
import { answer, type Operation } from './operation.ts'
import { canonical, type Dump, memoryDump } from './tables.ts'

export interface Answered {
  readonly operation: Operation
  readonly answer: unknown
}

/** The tables after an order that explains all the answers and what is in the end; `undefined` if there is none. */
export async function explain(
  before: Tables,
  batch: readonly Answered[],
  after: Dump,
): Promise<Tables | undefined> {
  if (batch.length === 0)
    return isDeepStrictEqual(plain(memoryDump(before)), plain(after)) ? before : undefined
  for (const [index, { operation, answer: given }] of batch.entries()) {
    const rest = batch.toSpliced(index, 1)
    if (isRefusedForNow(given)) {
      const without = await explain(before, rest, after)
      if (without) return without
      continue
    }
    const tables = copy(before)
    const expected = await answer(memoryStore(tables), operation)
    if (!isDeepStrictEqual(plain(expected), plain(given))) continue
    const found = await explain(tables, rest, after)
    if (found) return found
  }
  return undefined
}

/** DynamoDB refuses a write that meets a transaction: nothing was written, and the caller comes again. */
export const isRefusedForNow = (given: unknown): boolean =>
  given === 'busy' ||
  (given as { kind?: string } | null)?.kind === 'busy' ||
  /TransactionConflict|TransactionInProgress/.test((given as { thrown?: string } | null)?.thrown ?? '')

export const copy = ({
  jobs,
  states,
  history,
  receipts,
  locks,
  ended,
  earlierShards,
  sweep,
  census,
  apps,
  queuePauses,
  queueLimits,
  sizes,
  schedules,
  schedulePartitions,
  declaredSchedules,
}: Tables): Tables => ({
  ...structuredClone({
    states,
    history,
    receipts,
    locks,
    ended,
    earlierShards,
    sweep,
    ...(census ? { census } : {}),
    ...(apps ? { apps } : {}),
    ...(queuePauses ? { queuePauses } : {}),
    ...(queueLimits ? { queueLimits } : {}),
    ...(sizes ? { sizes } : {}),
    ...(schedulePartitions ? { schedulePartitions } : {}),
    ...(declaredSchedules ? { declaredSchedules } : {}),
  }),
  jobs: new Map([...jobs].map(([shard, items]) => [shard, copyOfItems(items)])),
  ...(schedules ? { schedules: copyOfSchedules(schedules) } : {}),
})

/** A structured clone of a collection would be a map: it has the items, and not their order. */
function copyOfItems(items: ReadonlyMap<string, RawItem>): ItemCollection {
  const copied = new ItemCollection()
  for (const [sk, item] of items) copied.set(sk, structuredClone(item))
  return copied
}

function copyOfSchedules(schedules: ScheduleTable): ScheduleTable {
  const copied = new ScheduleTable()
  for (const [pk, item] of schedules) copied.set(pk, structuredClone(item))
  return copied
}

/** `undefined` members and the order of members mean nothing. */
const plain = (value: unknown): string => canonical(withoutSets(value))
const withoutSets = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (_key, part) => (part instanceof Set ? [...part].sort() : part)))
