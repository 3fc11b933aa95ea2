/**
 * Counts the jobs of each queue while the sweep goes through the Jobs table. If that takes several sweeps, each goes on with
 * what the one before has counted, as long as both mean the same place.
 */
import { parseShard } from '../../core/keys.ts'
import { queueNamed } from '../../core/queue/config.ts'
import type { SeenShard } from '../../core/shard/seen-shards.ts'
import type { ShardGlance } from '../../core/shard/state.ts'
import { added, type CensusRecord, countOf, NO_JOBS, type QueueCount } from '../../core/why/census.ts'
import type { SweepContext } from './tally.ts'

export class CensusTaker {
  readonly #context: SweepContext
  readonly #before: CensusRecord
  readonly #from: number
  readonly #queues: Map<string, QueueCount>
  /** It counts from the beginning of the table on. Otherwise nothing is kept of it. */
  readonly #isWhole: boolean

  private constructor(context: SweepContext, before: CensusRecord, cursor: string | undefined) {
    const { counting } = before
    const goesOn = counting !== undefined && counting.cursor === cursor
    this.#context = context
    this.#before = before
    this.#from = goesOn ? counting.from : context.clock.now()
    this.#queues = new Map(goesOn ? Object.entries(counting.queues) : [])
    this.#isWhole = goesOn || cursor === undefined
  }

  /** @param cursor where the sweep goes on in the Jobs table */
  static async begin(context: SweepContext, cursor: string | undefined): Promise<CensusTaker> {
    return new CensusTaker(context, await context.store.states.census(), cursor)
  }

  /** Shards of queues that are not configured are no business of this: `strandedJobs` lists them. */
  count(seen: readonly SeenShard[], states: ReadonlyMap<string, ShardGlance>): void {
    const now = this.#context.clock.now()
    for (const one of seen) {
      const shard = parseShard(one.shard)
      if (!shard.ok || !queueNamed(this.#context.config, shard.value.queue)) continue
      const { queue } = shard.value
      const sum = this.#queues.get(queue) ?? NO_JOBS
      this.#queues.set(queue, added(sum, countOf(one, states.get(one.shard), now)))
    }
  }

  /** @param cursor where the next sweep goes on; absent if this one came to the end */
  async keep(cursor: string | undefined): Promise<void> {
    await this.#context.store.states.saveCensus(this.#record(cursor))
  }

  #record(cursor: string | undefined): CensusRecord {
    const { counted } = this.#before
    const known = counted ? { counted } : {}
    if (!this.#isWhole) return known
    const now = {
      from: this.#from,
      until: this.#context.clock.now(),
      queues: Object.fromEntries(this.#queues),
    }
    return cursor === undefined ? { counted: now } : { ...known, counting: { ...now, cursor } }
  }
}
