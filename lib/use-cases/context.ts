import type { Config } from '../core/queue/config.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Deployment } from '../ports/deployment.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { WakeQueue, WorkQueue } from '../ports/queues.ts'
import type { Store } from '../ports/store.ts'

/** Everything outside of a use case. */
export interface Context {
  readonly config: Config
  readonly store: Store
  readonly work: WorkQueue
  readonly wake: WakeQueue
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  readonly deployment: Deployment
}
