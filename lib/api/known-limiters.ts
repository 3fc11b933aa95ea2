/** The totals, pools and limits of tags that the configuration has, by what people say for them. */
import { InvalidJobError } from '../core/errors.ts'
import { type LimiterId, limiterIdSchema } from '../core/limits/limiter-name.ts'
import type { Config } from '../core/queue/config.ts'
import { configuredIn } from '../core/queue/configured-limiters.ts'
import { knownNamed, valuesLimited } from '../core/queue/covering.ts'
import type { KnownLimiter } from '../core/queue/pools.ts'
import { limiterNameOf } from '../core/queue/rate-rule.ts'
import { clip } from '../core/text/clip.ts'

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
