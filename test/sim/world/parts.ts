/** What each simulated service is made of. */
import type { Faults } from '../faults/rates.ts'
import type { Listener } from './events.ts'
import type { SimRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Surroundings } from './surroundings.ts'

export interface Parts {
  readonly scheduler: Scheduler
  readonly random: SimRandom
  readonly faults: Faults
  readonly emit: Listener
  readonly surroundings: Surroundings
}
