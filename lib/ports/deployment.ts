/** Which of the deployed configurations is in force. */
import type { DeploymentRecord } from '../core/deployment.ts'
import type { QueueSettings } from '../core/queue/queue-settings.ts'

export interface Deployment {
  /**
   * Whether a deploy, or a roll-back, has replaced the configuration that this function was built with. A function
   * whose configuration is replaced decides nothing any more: it leaves a wake-up for one that has the new.
   */
  isReplaced(): Promise<boolean>
  /** Whether this configuration is in force, and no deploy under way by which another one may decide, too. */
  isAlone(): Promise<boolean>
  /** What is set for whole queues, as it was at the last look: it is not made more often than the one at deployments. */
  settings(): Promise<QueueSettings>
}

/** Where it is written down. */
export interface DeploymentLog {
  /** Strongly consistent. */
  read(): Promise<DeploymentRecord | undefined>
  /** Replaces the record, unless somebody has written since `before` was read: then `false`. */
  write(record: DeploymentRecord, before: DeploymentRecord | undefined): Promise<boolean>
}
