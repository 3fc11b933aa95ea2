/** The Jobs table's stream: in order within a lane, retried until it is through, and blocking what is behind. */
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { Faults } from '../faults/rates.ts'
import type { Listener } from './events.ts'
import type { SimRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export interface StreamRecord {
  readonly id: string
  readonly item: RawItem
  tries: number
}

/**
 * Handles a batch; calls back once with the ids that failed, with `undefined` where the whole function did, or says that
 * there was no room for it, which is no try.
 */
export type StreamConsumer = (
  records: readonly StreamRecord[],
  done: (failed: ReadonlySet<string> | 'throttled' | undefined) => void,
) => void

const LANES = 10
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
  readonly #parts: { scheduler: Scheduler; random: SimRandom; faults: Faults; emit: Listener }
  readonly #consumer: StreamConsumer
  readonly #lanes: readonly Lane[] = Array.from({ length: LANES }, () => ({
    records: [],
    busy: false,
    batch: BATCH,
  }))
  #sequence = 0

  constructor(
    parts: { scheduler: Scheduler; random: SimRandom; faults: Faults; emit: Listener },
    consumer: StreamConsumer,
  ) {
    this.#parts = parts
    this.#consumer = consumer
  }

  get pending(): number {
    return this.#lanes.reduce((sum, { records }) => sum + records.length, 0)
  }

  append(item: RawItem): void {
    const lane = this.#lanes[laneOf(item.pk)]
    lane?.records.push({ id: `r${++this.#sequence}`, item, tries: 0 })
    if (lane) this.#poll(lane, this.#transit())
  }

  #transit(): number {
    const { faults, random } = this.#parts
    return faults.strikes('streamDelayed') ? random.skewed(1000, LONGEST_DELAY_MS) : random.int(20, 300)
  }

  #poll(lane: Lane, delay_ms: number): void {
    if (lane.busy) return
    lane.busy = true
    this.#parts.scheduler.after(delay_ms, () => this.#deliver(lane))
  }

  #deliver(lane: Lane): void {
    const batch = lane.records.slice(0, lane.batch)
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

function laneOf(pk: string): number {
  let sum = 0
  for (const character of pk) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003
  return sum % LANES
}
