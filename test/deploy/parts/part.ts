/** What a feature adds to the test: its hooks are called around each deploy, in the order of `parts/all.ts`. */
import type { Stage } from '../app/stages.ts'
import type { World } from '../world.ts'

export interface Part {
  readonly name: string
  /** Before `cdk deploy` is called; not for the first deploy, for there is nothing yet. */
  readonly before?: (world: World, stage: Stage) => Promise<void> | void
  /** In the very moment in which the change, or its roll-back, is through. Nothing may be awaited. */
  readonly through?: (world: World, stage: Stage) => void
  /** When `cdk deploy` has returned: waits for what has to happen, and judges. */
  readonly after?: (world: World, stage: Stage) => Promise<void>
  /** When all deploys are through: no more work is given. */
  readonly end?: (world: World) => Promise<void>
  /** When every job that was promised to run has run. */
  readonly judge?: (world: World) => Promise<void>
}
