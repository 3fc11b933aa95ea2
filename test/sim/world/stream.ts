/** The Jobs table's stream: in order within a lane, retried until it is through, and blocking what is behind. */
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { Parts } from './parts.ts'

export interface StreamRecord {
  readonly id: string
  readonly item: RawItem
  tries: number
  /** From when on it can be read: not before those in front of it. */
  readonly readableAt: number
}

/**
 * Handles a batch; calls back once with the ids that failed, with `undefined` where the whole function did, or says that
 * there was no room for it, which is no try.
 */
export type StreamConsumer = (
  records: readonly StreamRecord[],
  done: (failed: ReadonlySet<string> | 'throttled' | undefined) => void,
) => void

const BATCH = 100
const MAX_TRIES = 20
const LONGEST_DELAY_MS = 300_000
const LATEST_REPLAY_MS = 600_000

interface Lane {
  records: StreamRecord[]
  busy: boolean
  /** After a failure of the whole function a batch is halved, to find the record that is to blame. */
  batch: number
}

export class SimulatedStream {
  readonly dropped: StreamRecord[] = []
  readonly #parts: Parts
  readonly #consumer: StreamConsumer
  readonly #lanes: readonly Lane[]
  #sequence = 0

  constructor(parts: Parts, consumer: StreamConsumer) {
    this.#parts = parts
    this.#consumer = consumer
    this.#lanes = Array.from({ length: parts.surroundings.streamLanes }, () => ({
      records: [],
      busy: false,
      batch: BATCH,
    }))
  }

  get pending(): number {
    return this.#lanes.reduce((sum, { records }) => sum + records.length, 0)
  }

  append(item: RawItem): void {
    const { scheduler, random, surroundings } = this.#parts
    const index = laneOf(item.pk, this.#lanes.length)
    const lane = this.#lanes[index]
    if (!lane) return
    const readableAt = Math.max(
      scheduler.now + surroundings.record_ms(random, index, scheduler.now),
      lane.records.at(-1)?.readableAt ?? scheduler.now,
    )
    lane.records.push({ id: `r${++this.#sequence}`, item, tries: 0, readableAt })
    this.#poll(lane, this.#transit())
  }

  #transit(): number {
    const { faults, random, surroundings } = this.#parts
    if (faults.strikes('streamDelayed')) return random.skewed(1000, LONGEST_DELAY_MS)
    return surroundings.read_ms(random)
  }

  #poll(lane: Lane, delay_ms: number): void {
    if (lane.busy) return
    lane.busy = true
    const { scheduler } = this.#parts
    const readableAt = lane.records[0]?.readableAt ?? scheduler.now
    scheduler.at(Math.max(scheduler.now + delay_ms, readableAt), () => this.#deliver(lane))
  }

  #deliver(lane: Lane): void {
    const { now } = this.#parts.scheduler
    const batch = lane.records.slice(0, lane.batch).filter(({ readableAt }) => readableAt <= now)
    for (const record of batch) record.tries++
    this.#consumer(batch, (failed) => {
      if (failed === 'throttled') {
        for (const record of batch) record.tries--
        lane.busy = false
        return this.#poll(lane, 1000)
      }
      const through = failed === undefined ? 0 : batch.findIndex(({ id }) => failed.has(id))
      const again = this.#parts.faults.strikes('streamDuplicated')
      const handled = again ? [] : lane.records.splice(0, through < 0 ? batch.length : through)
      for (const { item } of handled) this.#replay(item)
      lane.batch = failed === undefined ? Math.max(1, Math.ceil(batch.length / 2)) : BATCH
      this.#dropHopeless(lane)
      lane.busy = false
      if (lane.records.length > 0) this.#poll(lane, failed?.size === 0 ? this.#transit() : 1000)
    })
  }

  #replay(item: RawItem): void {
    const { faults, random, scheduler } = this.#parts
    if (faults.strikes('streamReplayed'))
      scheduler.after(random.skewed(100, LATEST_REPLAY_MS), () => this.append(item))
  }

  #dropHopeless(lane: Lane): void {
    const [first] = lane.records
    const { faults, emit } = this.#parts
    if (!first || !(first.tries > MAX_TRIES || faults.strikes('recordDropped'))) return
    this.dropped.push(first)
    lane.records.shift()
    emit({ kind: 'recordDropped', item: first.item })
  }
}

function laneOf(pk: string, lanes: number): number {
  let sum = 0
  for (const character of pk) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003
  return sum % lanes
}
