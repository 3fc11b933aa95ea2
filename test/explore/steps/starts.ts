/** As how many starts of which rates a call of a handler counts, by the item of its job as it stands in the table. */
import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { costIn } from '../../../lib/core/limits/shared-rate.ts'
import { type Config, queueNamed } from '../../../lib/core/queue/config.ts'
import { ratesOverKey } from '../../../lib/core/queue/covering.ts'
import type { RateRule } from '../../../lib/core/queue/rate-rule.ts'
import type { RunOf } from '../process/roles.ts'

/** A shard's partition: a large one has several shards. */
export const partitionOf = (shard: string): string => shard.split('|').slice(0, 2).join('|')

export interface Starts {
  readonly name: string
  readonly units: number
}

/** A batch is one start, whatever its jobs cost. */
export function startsOf({ jobs }: Pick<Tables, 'jobs'>, config: Config, { pk, sk }: RunOf): Starts[] {
  const queue = queueNamed(config, pk.split('|')[0] ?? '')
  const item = jobs.get(pk)?.get(sk)
  const cost = queue?.batch ? undefined : costOf(item)
  const own = queue?.costs ? (cost ?? 1) : 1
  return [
    { name: partitionOf(pk), units: own },
    ...shared(config, pk, cost),
    ...(queue?.rateRule && item ? [{ name: nameByRule(queue.rateRule, item), units: own }] : []),
  ]
}

function costOf(item: RawItem | undefined): number | undefined {
  const { cost } = Object(item) as { readonly cost?: unknown }
  return typeof cost === 'number' ? cost : undefined
}

const shared = (config: Config, pk: string, cost: number | undefined): Starts[] =>
  ratesOverKey(config, pk as ShardKey)
    .filter(({ name }) => !name.startsWith('rate|'))
    .map((rate) => {
      const usual = costIn(rate, pk as ShardKey)
      return { name: rate.name, units: rate.countsStarts ? usual : (cost ?? usual) }
    })

/** By the payload, and not by the lane in which the product has put the job. */
function nameByRule({ key, rule }: RateRule, { payload, meta }: RawItem): string {
  const source = Object(rule.source === 'meta' ? meta : payload) as Record<string, unknown>
  return `rate|${key}=${rule.keys.map((one) => String(source[one])).join()}`
}
