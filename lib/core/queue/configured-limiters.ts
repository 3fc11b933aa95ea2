/** The totals, pools and limits of tags that the configuration has, by their names. */
import { tagNamed, tagValueNamed } from '../limits/limiter-name.ts'
import type { Config } from './configured.ts'
import type { KnownLimiter } from './pools.ts'
import { limiterOfTags } from './tags-input.ts'

/** But for those of single values, of which there may be any number. */
export function configuredIn({ queues, pools, tags }: Config): Map<string, KnownLimiter> {
  const known = new Map<string, KnownLimiter>()
  for (const { limiters, rates } of Object.values(queues)) {
    for (const units of limiters) known.set(units.name, { ...known.get(units.name), name: units.name, units })
    for (const rate of rates) known.set(rate.name, { ...known.get(rate.name), name: rate.name, rate })
  }
  for (const pool of Object.values(pools)) known.set(pool.name, pool)
  for (const { key, value, each } of tags) {
    const name = value === undefined ? tagNamed(key) : tagValueNamed(key, value)
    const limiter = each ? undefined : limiterOfTags(tags, name)
    if (limiter) known.set(name, limiter)
  }
  return known
}
