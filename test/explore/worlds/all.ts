/** Every small world. A new feature adds a file of its own. */
import type { World } from '../world.ts'
import { BATCHES } from './batches.ts'
import { CHUNKS } from './chunks.ts'
import { CLAIMS } from './claims.ts'
import { COSTS } from './costs.ts'
import { CRASHES } from './crashes.ts'
import { LANES } from './lanes.ts'
import { LIMITERS } from './limiters.ts'
import { RATE_RULES } from './rate-rules.ts'
import { RATES } from './rates.ts'
import { RUN_TIME } from './run-time.ts'
import { SHARDS } from './shards.ts'
import { SHARED_RATES } from './shared-rates.ts'

export const WORLDS: readonly World[] = [
  ...CLAIMS,
  ...CHUNKS,
  ...CRASHES,
  ...RATES,
  ...SHARDS,
  ...LIMITERS,
  ...LANES,
  ...SHARED_RATES,
  ...BATCHES,
  ...COSTS,
  ...RATE_RULES,
  ...RUN_TIME,
]

export function worldNamed(name: string): World {
  const world = WORLDS.find((one) => one.name === name)
  if (!world)
    throw new Error(`there is no world "${name}"; there are: ${WORLDS.map((one) => one.name).join(', ')}`)
  return world
}
