/** Lambda's execution environments, as threads. */
import { Worker } from 'node:worker_threads'
import type { LambdaFunction } from '../resources/functions.ts'
import { createFreezer, thaw } from './freezer.ts'
import type { Boot, FailureReason, LambdaError, Outcome, Reply, Request } from './outcome.ts'

/** Lambda allows ten seconds; here many may start simultaneously on few cores. */
const INIT_TIMEOUT_MS = 60_000
/** Lambda does not stop an invocation to the millisecond: one that ends in its last moment has ended by itself. */
const LATE_STOP_MS = 50
const RUNTIME = new URL('./runtime.ts', import.meta.url)

export interface EnvironmentOptions {
  fn: LambdaFunction
  dir: string
  variables: Record<string, string>
  log(line: string): void
}

/**
 * One execution environment: a thread that has loaded the function's code and handles one invocation at a time. Between
 * invocations it is frozen, with whatever still runs in it.
 */
export class Environment {
  /** Resolves when invocations can come: to nothing, or to why they cannot. */
  readonly ready: Promise<Outcome | undefined>
  alive = true
  readonly #worker: Worker
  readonly #timeout_ms: number
  readonly #requests = createFreezer()
  #settle: (outcome: Outcome | undefined) => void = () => {}

  constructor({ fn, dir, variables, log }: EnvironmentOptions) {
    this.#timeout_ms = fn.timeout_ms
    this.#worker = startThread(fn, dir, variables, this.#requests)
    this.#worker.stdout.setEncoding('utf8').on('data', log)
    this.#worker.stderr.setEncoding('utf8').on('data', log)
    this.ready = this.#settled(INIT_TIMEOUT_MS, 'init')
    this.#worker.on('message', (reply: Reply) => this.#reply(reply))
    this.#worker.on('error', (error) => this.#die('crash', describe(error)))
    this.#worker.on('exit', (code) => this.#die('crash', exited(code)))
  }

  invoke(request: Omit<Request, 'deadline_ms'>): Promise<Outcome> {
    const outcome = this.#settled(this.#timeout_ms, 'timeout', LATE_STOP_MS)
    this.#worker.postMessage({ ...request, deadline_ms: Date.now() + this.#timeout_ms } satisfies Request)
    thaw(this.#requests)
    return outcome as Promise<Outcome>
  }

  /** Ends the thread, and with it whatever runs in it, between two instructions. */
  kill(reason: FailureReason = 'killed'): void {
    void this.#terminate(reason, { errorType: 'Runtime.Killed', errorMessage: 'The environment was killed.' })
  }

  /** The next thing that happens: a reply, a death, or the time is up. */
  #settled(limit_ms: number, onTimeout: FailureReason, late_ms = 0): Promise<Outcome | undefined> {
    const { promise, resolve } = Promise.withResolvers<Outcome | undefined>()
    const errorMessage = `Task timed out after ${(limit_ms / 1000).toFixed(2)} seconds`
    const timer = setTimeout(
      () => this.#terminate(onTimeout, { errorType: 'Sandbox.Timedout', errorMessage }),
      limit_ms + late_ms,
    )
    this.#settle = (outcome) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    return promise
  }

  #reply(reply: Reply): void {
    if (!this.alive) return
    if (reply.type === 'ready') this.#settle(undefined)
    else if (reply.type === 'done') this.#settle(reply.outcome)
    else void this.#terminate('init', reply.error)
  }

  /** The outcome is only known once the thread has really ended: until then it could still do something. */
  async #terminate(reason: FailureReason, error: LambdaError): Promise<void> {
    if (!this.alive) return
    this.alive = false
    await this.#worker.terminate()
    this.#settle({ kind: 'failure', reason, error })
  }

  #die(reason: FailureReason, error: LambdaError): void {
    if (!this.alive) return
    this.alive = false
    this.#settle({ kind: 'failure', reason, error })
  }
}

function startThread(
  fn: LambdaFunction,
  dir: string,
  env: Record<string, string>,
  requests: Int32Array<SharedArrayBuffer>,
): Worker {
  const boot: Boot = {
    dir,
    requests,
    handler: fn.handler,
    functionName: fn.name,
    functionArn: fn.arn,
    memory_mb: fn.memory_mb,
  }
  const resourceLimits = { maxOldGenerationSizeMb: fn.memory_mb }
  return new Worker(RUNTIME, {
    workerData: boot,
    env,
    resourceLimits,
    stdout: true,
    stderr: true,
    execArgv: [],
  })
}

function exited(code: number): LambdaError {
  return { errorType: 'Runtime.ExitError', errorMessage: `The runtime exited with code ${code}.` }
}

function describe(error: unknown): LambdaError {
  if (!(error instanceof Error)) return { errorType: 'Runtime.UnhandledError', errorMessage: String(error) }
  return { errorType: error.name, errorMessage: error.message, trace: error.stack ?? '' }
}
