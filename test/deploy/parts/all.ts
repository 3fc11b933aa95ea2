/** Every feature that is deployed, upgraded and destroyed. A new one adds its line here, its queues in `app/config.ts`. */
import { ahead } from './ahead.ts'
import { bundle } from './bundle.ts'
import { cancelledAndOnlyOnce } from './cancelled.ts'
import { clocks } from './clocks.ts'
import { limiters } from './limiters.ts'
import { limits } from './limits.ts'
import { overrides } from './overrides.ts'
import type { Part } from './part.ts'
import { payloads } from './payloads.ts'
import { remembered } from './remembered.ts'
import { removed } from './removed.ts'
import { schedules } from './schedules.ts'
import { waysIn } from './ways-in.ts'

export const PARTS: readonly Part[] = [
  limits,
  limiters,
  waysIn,
  clocks,
  ahead,
  removed,
  overrides,
  payloads,
  schedules,
  cancelledAndOnlyOnce,
  remembered,
  bundle,
]
