/** The totals, pools and limits of tags that the configuration has, by the names that people give them. */
import { InvalidJobError } from '../core/errors.ts'
import { type LimiterId, limiterIdSchema, tagNamed, tagValueNamed } from '../core/limits/limiter-name.ts'
import type { Config } from '../core/queue/config.ts'
import { knownNamed, valuesLimited } from '../core/queue/covering.ts'
import type { KnownLimiter } from '../core/queue/pools.ts'
import { limiterNameOf } from '../core/queue/rate-rule.ts'
import { limiterOfTags } from '../core/queue/tags-input.ts'
import { clip } from '../core/text/clip.ts'

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

/** @throws InvalidJobError if the configuration has none by this name */
export function limiterOf(config: Config, id: LimiterId): KnownLimiter {
  const known = configuredIn(config)
  const named = limiterIdSchema.safeParse(id)
  if (!named.success)
    throw new InvalidJobError(
      "a limiter is named by { total: 'queue' }, by { pool: 'name' }, by { tag: 'key' }, and there value or each, or by { rate: 'queue', of: 'value' }",
    )
  const name = limiterNameOf(config.queues, id)
  const limiter = name && (known.get(name) ?? knownNamed(config, name))
  if (limiter) return limiter
  const names = [...known.keys(), ...valuesLimited(config)]
  throw new InvalidJobError(
    `nothing is covered by ${clip(name ?? JSON.stringify(id))}; ${names.length > 0 ? `there are ${names.join(', ')}` : 'there are none'}`,
  )
}
