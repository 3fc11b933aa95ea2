import type { Points } from '../process/points.ts'
import type { World } from '../world.ts'

/** What all steps of one search share. */
export interface Walk {
  readonly world: World
  readonly points: Points
}
