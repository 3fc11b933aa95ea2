/** What a caller of the client's verbs of schedules is told. */
import { SluiceError } from '../errors.ts'

/** What was to be scheduled makes no sense: its name, rule, payload or options. Nothing was written. */
export class InvalidScheduleError extends SluiceError {
  override readonly name = 'InvalidScheduleError'
}

/** There is no schedule of this name. */
export class NoScheduleError extends SluiceError {
  override readonly name = 'NoScheduleError'
  readonly task: string
  readonly schedule: string
  constructor(task: string, schedule: string) {
    super(`task "${task}" has no schedule "${schedule}": schedule it first, or list those that there are`)
    this.task = task
    this.schedule = schedule
  }
}

/** The job of its last tick is there and due: it waits, is claimed, or runs. Nothing was written. */
export class ScheduleFiringError extends SluiceError {
  override readonly name = 'ScheduleFiringError'
  readonly task: string
  readonly schedule: string
  /** The nominal time of that tick. */
  readonly at: Date
  constructor(task: string, schedule: string, at: number) {
    const tick = new Date(at)
    super(
      `the job that schedule "${schedule}" of task "${task}" made for ${tick.toISOString()} has not ended yet: wait for it, or say force: true, and it runs on as it was made`,
    )
    this.task = task
    this.schedule = schedule
    this.at = tick
  }
}

/** The configuration declares it, so a deploy changes and removes it, and nobody else. Nothing was written. */
export class DeclaredScheduleError extends SluiceError {
  override readonly name = 'DeclaredScheduleError'
  constructor(task: string, schedule: string) {
    super(
      `schedule "${schedule}" of task "${task}" is declared in the configuration: change schedules.declared and deploy, or choose another name`,
    )
  }
}

/** Others have written the schedule, or its jobs' shards, again and again. What was done already stays: call again. */
export class ScheduleBusyError extends SluiceError {
  override readonly name = 'ScheduleBusyError'
  constructor(task: string, schedule: string) {
    super(
      `schedule "${schedule}" of task "${task}" was changed by others again and again, or DynamoDB has no room at the moment: call again`,
    )
  }
}
