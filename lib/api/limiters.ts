/** Totals of queues, pools and limits of tags, seen and set while they are in use. */
import { changeTo } from '../core/limits/change.ts'
import type { LimiterId, LimiterName } from '../core/limits/limiter-name.ts'
import { configuredIn } from '../core/queue/configured-limiters.ts'
import { knownInLane, valuesLimited } from '../core/queue/covering.ts'
import type { KnownLimiter } from '../core/queue/pools.ts'
import type { LimiterInfo } from '../core/why/limiter-info.ts'
import { lookAtLimiter, seeLimiter } from '../use-cases/operate/see-limiter.ts'
import { setLimiter } from '../use-cases/operate/set-limiter.ts'
import { limiterOf } from './known-limiters.ts'
import { type LimiterLimits, toLimiterOverride } from './limiter-input.ts'
import { type LimitsNote, toNote } from './limits-input.ts'
import type { Wiring } from './wiring.ts'

export type { LimiterId, LimiterInfo, LimiterLimits }

/** `Id`: by which limiters are named, those of the configuration. */
export interface Limiters<Id extends LimiterId = LimiterId> {
  /**
   * How many units a total, a pool or a tag has, which jobs have them until when, and who waits since when. No table is
   * scanned: one read, one for each chunk of a large one, and the state items of up to a hundred shards that have units, and
   * of up to a hundred that wait (half a read unit for each 4 KB of an item). Of shards beyond these only the units are said, or the
   * priority: they lack `jobs`, or `since`.
   * @example
   * const { holders, waiting } = await client.limiter({ pool: 'hubspot' })
   * for (const { shard, units, jobs = [] } of holders) console.log(shard, units, jobs[0]?.id, jobs[0]?.until)
   * @throws InvalidJobError if the configuration has no such limit
   */
  limiter(id: Id): Promise<LimiterInfo>
  /**
   * All totals, pools and tags of the configuration, without a look at the shards that have units or wait. Of a tag that has a limit for each value those that are or
   * were in use within a week: for that the State table is scanned.
   */
  limiters(): AsyncGenerator<LimiterInfo>
  /**
   * Changes how many units a total, a pool or a tag has, its rate, or what a total guarantees, without a deploy. When it returns,
   * nothing more is admitted above that; what runs already runs to its end, and what has been granted a start already may make
   * it. If the rate is raised, the call takes two seconds more, reads the State table and wakes whoever waits for it. 0 pauses all that it covers, `null` goes back to what is configured; what is left out of an object stays as configured. The note is
   * kept as long as they are in force, and is in the line that the client logs.
   * @example await client.setLimiter({ pool: 'hubspot' }, 2, { by: 'ann@example.com', reason: 'their incident' })
   * @example await client.setLimiter({ pool: 'hubspot' }, { rateLimit: { allowed: 10, period: '10s' } })
   * @example await client.setLimiter({ total: 'crm' }, { guaranteed: { acme: 10 } })   // in place of those that are configured
   * @throws InvalidJobError if the configuration has no such limit, ConfigurationError if `limits` makes no sense: both before
   *   anything is written
   */
  setLimiter(id: Id, limits: number | LimiterLimits | null, note?: LimitsNote): Promise<void>
}

export const limitersOf = (wiring: Wiring): Limiters => ({
  limiter: async (id) => (await lookAtLimiter(wiring, limiterOf(wiring.config, id))).info,
  limiters: () => allLimiters(wiring),
  setLimiter: async (id, limits, note = {}) => {
    const limiter = limiterOf(wiring.config, id)
    const { config, store, clock, events } = wiring
    const override = toLimiterOverride(config, limiter, limits, note)
    await setLimiter({ config, store, wake: wiring.wake(), clock }, limiter.name, override)
    const of = { limiter: limiter.name }
    events.emit({ kind: 'changed by hand', of, change: changeTo(override), note: toNote(note) })
  },
})

async function* allLimiters(wiring: Wiring): AsyncGenerator<LimiterInfo> {
  for (const limiter of configuredIn(wiring.config).values()) yield infoOf(wiring, limiter)
  if (valuesLimited(wiring.config).length === 0) return
  const seen = new Set<LimiterName>()
  let cursor: string | undefined
  do {
    const page = await wiring.store.states.scan(cursor === undefined ? {} : { cursor })
    for (const limiter of page.states.flatMap(({ shard }) => knownInLane(wiring.config, shard))) {
      if (!/^(each|rate)\|/.test(limiter.name) || seen.has(limiter.name)) continue
      seen.add(limiter.name)
      yield infoOf(wiring, limiter)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
}

const infoOf = async (wiring: Wiring, limiter: KnownLimiter): Promise<LimiterInfo> =>
  (await seeLimiter(wiring, limiter)).info
