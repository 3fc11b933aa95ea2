/**
 * How many invocations of each function may run simultaneously. All functions of an account share one quota, and what
 * is over it is throttled, whichever it is. Workers have the most to do, so they get the most; but were they able to
 * take everything, then in the very moment in which they do, nobody could claim, wake or sweep.
 */
import type { SluiceProps } from './props.ts'

export interface Concurrency {
  /** The mapping of the work queue. */
  readonly worker: number
  /** The mapping of the wake queue. */
  readonly wake: number
  /** The mapping of the ingest queue. */
  readonly ingest: number
  /** Lanes of each shard of the Jobs stream. */
  readonly streamLanes: number
  /** What only these functions may use; absent if nothing is reserved. */
  readonly reserved?: { readonly dispatcher: number; readonly tick: number }
}

/** What most accounts have. */
const USUAL_QUOTA = 1000
/** What Lambda allows for the mapping of a queue. */
const [LEAST, MOST] = [2, 1000]
/** What Lambda allows for the mapping of a stream. */
const MOST_LANES = 10
/** A table that is paid by use begins with four partitions, and its stream with four shards. */
export const STREAM_SHARDS = 4
/** A tick, a sweep, and CloudFormation's request. */
const TICKS = 3
/** Lambda refuses reservations that leave less than this to the functions that have none. */
const LEAST_UNRESERVED = 100

export function concurrencyOf({
  accountConcurrency,
  workerMaxConcurrency,
}: Pick<SluiceProps, 'accountConcurrency' | 'workerMaxConcurrency'>): Concurrency {
  const quota = accountConcurrency ?? USUAL_QUOTA
  const wake = between(LEAST, MOST, Math.floor(quota / 10))
  const ingest = between(LEAST, MOST, Math.floor(quota / 20))
  const streamLanes = between(1, MOST_LANES, Math.floor(quota / 100))
  const others = wake + ingest + streamLanes * STREAM_SHARDS + TICKS
  const worker = between(LEAST, MOST, Math.max(quota - others, Math.floor(quota / 2)))
  return {
    worker: workerMaxConcurrency ?? worker,
    wake,
    ingest,
    streamLanes,
    ...(accountConcurrency === undefined ? {} : reservedOf(accountConcurrency, wake, streamLanes)),
  }
}

/**
 * A reservation is a ceiling as well: a stream may have twice the shards, and a slow sweep overlaps the next ones. The Schedules stream,
 * which has one lane for each shard and few records, has room in that.
 */
function reservedOf(quota: number, wake: number, streamLanes: number): Pick<Concurrency, 'reserved'> {
  const reserved = { dispatcher: wake + 2 * STREAM_SHARDS * streamLanes, tick: 2 * TICKS }
  const left = quota - reserved.dispatcher - reserved.tick
  return left < LEAST_UNRESERVED ? {} : { reserved }
}

const between = (least: number, most: number, value: number): number => Math.min(most, Math.max(least, value))
