/** How long a job has waited, and for what. */

/** How long a job waited for each of what held it: `slots`, `rate`, …, or a limiter, `total|crm`. */
export type Waits = Readonly<Record<string, number>>

export interface Wait {
  readonly waited_ms?: number
  /** What is missing here of the whole is the way to the worker, or longer ago than anybody remembers. */
  readonly waits_ms?: Waits
}

interface Waited {
  readonly runAt: number
  readonly startedAt?: number
  readonly waits_ms?: Waits
}

/** The job with what its claim says that it waited for. */
export const withWaits = <Of extends object>(job: Of, { waits_ms }: Pick<Wait, 'waits_ms'>) =>
  waits_ms ? { ...job, waits_ms } : job

/** How long an attempt has waited, from the job's time to its start, and for what. */
export const waitOf = ({ runAt, startedAt, waits_ms }: Waited): Wait =>
  startedAt === undefined
    ? {}
    : { waited_ms: Math.max(0, startedAt - runAt), ...(waits_ms ? { waits_ms } : {}) }
