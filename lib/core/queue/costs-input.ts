/** A queue whose rates, its partitions' and its total's, count what jobs cost, and not how many start. */
import { ConfigurationError } from '../errors.ts'

interface Input {
  readonly costs?: boolean | undefined
  readonly batch?: object | undefined
  readonly rateLimit?: object | undefined
  readonly total?: { readonly rateLimit?: object | undefined } | undefined
}

/**
 * What its partitions are told. An interval stays one: it is between starts, whatever they cost.
 * @throws ConfigurationError if there is nothing that could count
 */
export function costsOf(name: string, { costs, batch, rateLimit, total }: Input): { readonly costs?: true } {
  if (!costs) return {}
  if (batch)
    throw new ConfigurationError(
      `queues.${name}.costs`,
      'a batch is one start, whatever its jobs cost: leave costs or batch out',
    )
  if (!rateLimit && !total?.rateLimit)
    throw new ConfigurationError(
      `queues.${name}.costs`,
      'no rate is there to count them: give rateLimit, or a total that has one (pools with a rate count them anyway)',
    )
  return rateLimit ? { costs: true } : {}
}
