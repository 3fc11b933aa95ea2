/** Every error that Sluice throws on purpose. `message` says what the user can do; `cause` keeps the origin. */
export class SluiceError extends Error {
  override readonly name: string = 'SluiceError'
}

/** The configuration is wrong. `path` names the offending key, e.g. `queues.hubspot.concurrency`. */
export class ConfigurationError extends SluiceError {
  override readonly name = 'ConfigurationError'
  readonly path: string
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options)
    this.path = path
  }
}

/** What a client was asked to enqueue cannot become a job. Nothing was written. */
export class InvalidJobError extends SluiceError {
  override readonly name = 'InvalidJobError'
}

/** Under the job's key, made of its `id`, its time and its priority, stands another job. Nothing was written. */
export class JobExistsError extends SluiceError {
  override readonly name = 'JobExistsError'
  readonly pk: string
  readonly sk: string
  constructor(pk: string, sk: string) {
    super(
      `another job, or an item that is none, stands under ${pk} ${sk}: choose another id or time, or delete it`,
    )
    this.pk = pk
    this.sk = sk
  }
}

/** A payload does not match its task's schema. Nothing was written. */
export class InvalidPayloadError extends SluiceError {
  override readonly name = 'InvalidPayloadError'
  readonly issues: readonly string[]
  constructor(task: string, issues: readonly string[]) {
    super(`the payload does not match the schema of task "${task}": ${issues.join('; ')}`)
    this.issues = issues
  }
}

/**
 * The database, or the Payloads bucket, did not take part of a batch. `unwritten` jobs were not accepted; `cause` says why,
 * if that is known.
 */
export class EnqueueIncompleteError<T = unknown> extends SluiceError {
  override readonly name = 'EnqueueIncompleteError'
  readonly unwritten: readonly T[]
  constructor(unwritten: readonly T[], options?: ErrorOptions) {
    const why = options?.cause instanceof Error ? ` (${options.cause.message})` : ''
    super(`${unwritten.length} jobs were not accepted${why}: enqueue them again`, options)
    this.unwritten = unwritten
  }
}

/** A function does not know a queue or a partition rule. A newer one may: what asked for it has to come again. */
export class LeftToNewerError extends SluiceError {
  override readonly name = 'LeftToNewerError'
}

/** The configuration has no such queue, or no partitions in it. A newer one may have them. */
export class UnknownPlaceError extends InvalidJobError {}

/** The reason of a handler's `signal` if somebody has cancelled its job. Throw it, or anything: no attempt follows. */
export class JobCancelledError extends SluiceError {
  override readonly name = 'JobCancelledError'
  readonly by: string
  constructor(by: string, reason?: string) {
    super(`the job was cancelled by ${by}${reason === undefined ? '' : `: ${reason}`}`)
    this.by = by
  }
}

/** A queue did not take all messages. Those in `unsent` were not sent, all others were; `cause` has the queue's words. */
export class SendIncompleteError<T = unknown> extends SluiceError {
  override readonly name = 'SendIncompleteError'
  readonly unsent: readonly T[]
  constructor(unsent: readonly T[], options?: ErrorOptions) {
    super(`SQS did not take ${unsent.length} messages: all others were sent; send these again`, options)
    this.unsent = unsent
  }
}

/** A state item was damaged by hand. Repair or delete the item; the message names it. */
export class DamagedStateError extends SluiceError {
  override readonly name = 'DamagedStateError'
  /** Whose item it is; absent if it is no shard's. */
  readonly shard?: string
  constructor(message: string, shard?: string) {
    super(message)
    if (shard !== undefined) this.shard = shard
  }
}

/** The environment of a function lacks something. The construct in `cdk/` sets all of it. */
export class EnvironmentError extends SluiceError {
  override readonly name = 'EnvironmentError'
}

/** The books of a partition could not be brought up to date, for others changed them all the time. It is tried again. */
export class BooksBusyError extends SluiceError {
  override readonly name = 'BooksBusyError'
  constructor(owner: string) {
    super(
      `the books of ${JSON.stringify(owner)} were changed by others again and again: they are settled later`,
    )
  }
}

/** A decision breaks a rule of the protocol. Nothing was written, and the pass is tried again: please report it. */
export class BrokenRuleError extends SluiceError {
  override readonly name = 'BrokenRuleError'
  readonly rule: string
  constructor(rule: string, shard: string) {
    super(`a pass over ${JSON.stringify(shard)} was stopped, for it would have broken a rule: ${rule}`)
    this.rule = rule
  }
}
