/** In some runs functions fire only some partitions of schedules, as the configuration says, or as somebody says at run time. */
import type { EnabledPartitions } from '../../../lib/core/schedule/enabled.ts'
import { enablePartitions } from '../../../lib/use-cases/schedules/partitions.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { RunSpan } from './plan.ts'
import type { Version } from './versions.ts'

export interface EnablingPlan {
  readonly at: number
  /** `undefined` goes back to what is configured. */
  readonly partitions: EnabledPartitions | undefined
}

const some = (random: SimRandom, count: number): number[] =>
  Array.from({ length: count }, (_, n) => n).filter(() => random.chance(0.6))

export function enabledIn(random: SimRandom, version: Version): Version {
  if (random.chance(0.5)) return version
  const { schedules } = version.config
  const enabledPartitions = some(random, schedules.partitions)
  return { ...version, config: { ...version.config, schedules: { ...schedules, enabledPartitions } } }
}

export function drawEnablings(
  random: SimRandom,
  versions: readonly Version[],
  { begin, end }: RunSpan,
): EnablingPlan[] {
  const most = Math.max(...versions.map(({ config }) => config.schedules.partitions))
  return Array.from({ length: random.int(1, 4) }, () => ({
    at: random.int(begin, end),
    partitions: random.pick([undefined, 'all', some(random, most), some(random, most)]),
  }))
}

export function applyEnabling(world: World, { partitions }: EnablingPlan): void {
  world.invoke('admin', (by) => enablePartitions(contextOf(world, by), partitions))
}

/** What nobody fires has no end. */
export function enableAll(world: World, done: () => void): void {
  world.invoke(
    'admin',
    (by) => enablePartitions(contextOf(world, by), 'all'),
    ({ ok }) => {
      if (ok) done()
      else world.scheduler.after(1000, () => enableAll(world, done))
    },
  )
}
