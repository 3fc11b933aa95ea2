/**
 * Which of the due jobs are one attempt. They are taken as they come, so that order holds; each job of a queue without
 * batches is one by itself.
 */
import { itemBytes } from '../job/item-size.ts'
import type { Job } from '../job/job.ts'
import type { BatchRule } from '../limits/batch-rule.ts'
import { BEFORE_EXPIRY_MS } from '../times.ts'
import type { Staying } from './room.ts'
import { separateTwins } from './room.ts'

export type Batch = readonly [Job, ...Job[]]

export interface Batches {
  /** Those that may start, in order. */
  readonly ready: readonly Batch[]
  /** What is left behind them: it waits for more, until `partialUntil` (epoch ms). */
  readonly partial: readonly Job[]
  readonly partialUntil: number
}

/** A worker reads all of a batch before it calls the handler: so many bytes of items are a page of the database. */
const MOST_BYTES = 1_000_000

export function batchesOf(candidates: readonly Job[], rule: BatchRule | undefined, now: number): Batches {
  if (!rule) return { ready: candidates.map((job): Batch => [job]), partial: [], partialUntil: now }
  const groups = groupsOf(candidates, rule)
  const last: readonly Job[] = groups.at(-1) ?? []
  const partialUntil = Math.min(...last.map((job) => waitsUntil(job, rule)))
  const isPartial = last.length > 0 && !isFull(last, rule) && partialUntil > now
  const ready = isPartial ? groups.slice(0, -1) : groups
  return { ready, partial: isPartial ? last : [], partialUntil }
}

/** A job that has no attempt behind it, and is not to start after a time, does not wait for others until it is too late. */
const waitsUntil = ({ runAt, attempt, startBefore }: Job, { wait_ms }: BatchRule): number =>
  attempt > 1 || startBefore === undefined
    ? runAt + wait_ms
    : Math.min(runAt + wait_ms, startBefore - BEFORE_EXPIRY_MS)

/** The first jobs of the batches that may start: each needs a slot, and a start. */
export const firstsOf = (
  due: readonly Job[],
  staying: Staying,
  rule: BatchRule | undefined,
  now: number,
): readonly Job[] =>
  rule ? batchesOf(separateTwins(due, staying).candidates, rule, now).ready.map(([first]) => first) : due

const isFull = (group: readonly Job[], { size }: BatchRule): boolean =>
  group.length >= size || group[0]?.alone === true

/**
 * A group ends where it is full, and before a job that cannot be in it: one of another task, which has another handler, or
 * one that may have killed its process, and is tried by itself.
 */
function groupsOf(candidates: readonly Job[], rule: BatchRule): Batch[] {
  const groups: [Job, ...Job[]][] = []
  let bytes = 0
  for (const job of candidates) {
    const size = itemBytes(job.item)
    const group = groups.at(-1)
    const fits = group && !isFull(group, rule) && bytes + size <= MOST_BYTES && isOfKind(group, job)
    if (fits) group.push(job)
    else groups.push([job])
    bytes = fits ? bytes + size : size
  }
  return groups
}

const isOfKind = ([first]: readonly Job[], job: Job): boolean => first?.task === job.task && !job.alone
