/** What every use case is given of the outside world. */
import type { Config } from '../core/queue/config.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Deployment } from '../ports/deployment.ts'
import type { Events } from '../ports/events.ts'
import type { Payloads } from '../ports/payloads.ts'
import type { WakeQueue, WorkQueue } from '../ports/queues.ts'
import type { Store } from '../ports/store.ts'

/** Everything outside of a pass. */
export interface Context {
  readonly config: Config
  readonly store: Store
  readonly work: WorkQueue
  readonly wake: WakeQueue
  readonly clock: Clock
  readonly random: Random
  readonly events: Events
  readonly deployment: Deployment
}

/** Passes never look into payloads; whoever puts jobs or runs them does. */
export interface WorkerContext extends Context {
  readonly payloads: Payloads
}
