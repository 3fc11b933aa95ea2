/** Lambda: invokes functions by name. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LambdaFunction } from '../resources/functions.ts'
import { type Enter, limitedTo, THROTTLED, UNLIMITED } from './account.ts'
import { nextTrace } from './lineage.ts'
import type { Outcome } from './outcome.ts'
import { Pool } from './pool.ts'

export interface Invocation {
  functionName: string
  logicalId: string
  requestId: string
  /** The event, as JSON text. */
  payload: string
  outcome: Outcome
  duration_ms: number
}
export type InvocationStart = Pick<Invocation, 'functionName' | 'logicalId' | 'requestId' | 'payload'>

export interface LambdaServiceOptions {
  functions: LambdaFunction[]
  /** Where inline code is written. */
  dir: string
  /** How many invocations may run simultaneously. Without it only functions have limits. */
  concurrency?: number | undefined
  /** What every function finds in its environment besides its own variables. */
  variables: Record<string, string>
  /** Whether each function signs its requests with a key of its own. */
  ownKeys: boolean
  onStart(start: InvocationStart): void
  onEnd(invocation: Invocation): void
  onLog(fn: LambdaFunction, text: string): void
}

/** A function as it was deployed at some time. */
interface Version {
  readonly fn: LambdaFunction
  readonly pool: Pool
}

/** All functions, each with its pool of environments. */
export class LambdaService {
  readonly #options: LambdaServiceOptions
  readonly #enter: Enter
  #turns = 0
  #pools: Version[]
  /** Replaced, and not gone yet: some invocations still go to them, as pollers and callers notice one by one. */
  readonly #replaced = new Map<string, Version>()

  constructor(options: LambdaServiceOptions) {
    this.#options = options
    const { concurrency, functions } = options
    this.#enter = concurrency === undefined ? UNLIMITED : limitedTo(concurrency, functions)
    this.#pools = options.functions.map((fn) => this.#versionOf(fn))
  }

  /** By ARN (with or without version), by name, or by the beginning of the logical id. */
  find(id: string): Version {
    const name = id.startsWith('arn:') ? id.split(':')[6] : id
    const found =
      this.#pools.find(({ fn }) => fn.name === name) ??
      this.#pools.find(({ fn }) => fn.logicalId.startsWith(id))
    if (found) return found
    throw new Error(
      `There is no function "${id}". There are: ${this.#pools.map(({ fn }) => fn.logicalId).join(', ')}.`,
    )
  }

  /**
   * Gives a function new code and variables. Invocations that run end as they would have; for a time, every other new one
   * still gets the old code.
   */
  update(fn: LambdaFunction, overlap_ms: number): void {
    const before = this.#pools.find(({ fn: { logicalId } }) => logicalId === fn.logicalId)
    this.#pools = [...this.#pools.filter((version) => version !== before), this.#versionOf(fn)]
    if (!before) return
    this.#replaced.get(fn.name)?.pool.retire()
    this.#replaced.set(fn.name, before)
    setTimeout(() => {
      if (this.#replaced.get(fn.name) === before) this.#replaced.delete(fn.name)
      before.pool.retire()
    }, overlap_ms).unref()
  }

  /** The version that gets the next invocation. */
  #next(id: string): Version {
    const newest = this.find(id)
    const before = this.#replaced.get(newest.fn.name)
    if (before) this.#turns++
    return before && this.#turns % 2 === 0 ? before : newest
  }

  async invoke(id: string, payload: string, trace = nextTrace(this.find(id).fn.arn)): Promise<Outcome> {
    const { fn, pool } = this.#next(id)
    const leave = this.#enter(fn)
    if (!leave) return THROTTLED
    const start = { functionName: fn.name, logicalId: fn.logicalId, requestId: randomUUID(), payload }
    let started_ms = Date.now()
    const outcome = await pool.invoke({ requestId: start.requestId, payload, trace: trace.header }, () => {
      started_ms = Date.now()
      this.#options.onStart(start)
    })
    leave()
    this.#options.onEnd({ ...start, outcome, duration_ms: Date.now() - started_ms })
    return outcome
  }

  close(): void {
    for (const { pool } of [...this.#pools, ...this.#replaced.values()]) pool.close()
  }

  #versionOf = (fn: LambdaFunction): Version => ({ fn, pool: this.#createPool(fn) })

  #createPool(fn: LambdaFunction): Pool {
    const dir = 'dir' in fn.code ? fn.code.dir : writeInline(this.#options.dir, fn.logicalId, fn.code.inline)
    const key = this.#options.ownKeys ? { AWS_ACCESS_KEY_ID: fn.logicalId } : {}
    const variables = { ...this.#options.variables, ...key, ...identity(fn), ...fn.environment }
    return new Pool({ fn, dir, variables, log: (text) => this.#options.onLog(fn, text) })
  }
}

function identity(fn: LambdaFunction): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memory_mb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    LAMBDA_TASK_ROOT: 'dir' in fn.code ? fn.code.dir : '',
    _HANDLER: fn.handler,
  }
}

function writeInline(dir: string, logicalId: string, code: string): string {
  const home = join(dir, 'inline', logicalId)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'index.js'), code)
  return home
}
