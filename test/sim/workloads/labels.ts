/** Tags and pools of single jobs, and the limits of tags: several of them may cover one job. */
import type { Labels } from '../../../lib/core/job/labels.ts'
import type { TagLimitInput } from '../../../lib/core/queue/tags-input.ts'
import type { SimRandom } from '../world/random.ts'
import type { Version } from './versions.ts'

/** A value that a key has to escape, too. */
const VALUES = ['x', 'x', 'y', 'a|b+c%'] as const

/** Of each version anew: they come and go with deploys. */
export const drawTags = (random: SimRandom): readonly TagLimitInput[] => [
  ...(random.chance(0.5) ? [{ key: 'm', ...drawTagLimits(random, 4) }] : []),
  ...(random.chance(0.3) ? [{ key: 'm', value: 'x', ...drawTagLimits(random, 2) }] : []),
  ...(random.chance(0.4) ? [{ key: 'u', each: true as const, ...drawTagLimits(random, 2) }] : []),
]

const ALLOWED = [2, 3, 5] as const
const PERIODS_MS = [1000, 3000] as const

/** A number of units, a rate, or both. */
function drawTagLimits(random: SimRandom, most: number): Omit<TagLimitInput, 'key'> {
  const concurrency = random.int(1, most)
  if (random.chance(0.6)) return { concurrency }
  const rate = {
    rateLimit: { allowed: random.pick(ALLOWED), period: random.pick(PERIODS_MS) },
    ...(random.chance(0.3) ? { cost: 2 } : {}),
  }
  return random.chance(0.5) ? rate : { concurrency, ...rate }
}

/** A job of a run with limiters: as many units as its producer's configuration allows. */
export function drawLabels(random: SimRandom, { input }: Version): Labels {
  const [pool] = Object.entries(input.pools ?? {})
  const units = pool?.[1].concurrency
  const most = Math.min(2, units ?? 2)
  const tags = {
    ...(random.chance(0.4) ? { m: random.pick(VALUES) } : {}),
    ...(random.chance(0.3) ? { u: random.pick(VALUES) } : {}),
    ...(random.chance(0.2) ? { free: 'x' } : {}),
  }
  return {
    ...(Object.keys(tags).length > 0 ? { tags } : {}),
    ...(pool && most > 0 && random.chance(0.3)
      ? { pools: { [pool[0]]: Math.min(random.int(1, most), units ?? 1) } }
      : {}),
  }
}
