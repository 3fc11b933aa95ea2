/** Totals and pools with so short lines that shards find them full. Whoever is kept out looks again by itself. */
import { withShortLines } from '../../support/short-lines.ts'
import type { SimRandom } from '../world/random.ts'
import type { Plan } from './plan.ts'
import { versionOf } from './versions.ts'

type Versions = Plan['versions']

/** The same in all versions. */
export function withFullLines(random: SimRandom, versions: Versions): Versions {
  const longest = random.pick([1, 1, 2])
  const [first, ...others] = versions.map(({ input, changed }) =>
    versionOf(input.queues, input.pools, input.tags, input.apps, (config) =>
      withShortLines(changed(config), longest),
    ),
  )
  return first ? [first, ...others] : versions
}

/** So many shards stand in a line of this run at most, if that is few. */
export const longestLineIn = ({ versions: [{ config }] }: Pick<Plan, 'versions'>): number | undefined =>
  Object.values(config.queues)
    .flatMap(({ limiters }) => limiters.map(({ longestLine }) => longestLine))
    .find(Boolean)
