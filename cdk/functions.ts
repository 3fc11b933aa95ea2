/** The four Lambda functions: Sluice's own three, and the user's worker. */
import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { Duration } from 'aws-cdk-lib'
import type { FunctionOptions, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import {
  DISPATCHER_TIMEOUT_MS,
  INGEST_TIMEOUT_MS,
  TICK_EVENT_LIVES_MS,
  TICK_TIMEOUT_MS,
} from '../lib/core/times.ts'
import { concurrencyOf } from './concurrency.ts'
import { createFunction } from './function.ts'
import { type SluiceProps, workerTimeout } from './props.ts'

export interface Functions {
  readonly dispatcher: LambdaFunction
  readonly tick: LambdaFunction
  readonly ingest: LambdaFunction
  readonly worker: LambdaFunction
}

export function createFunctions(scope: Construct, props: SluiceProps): Functions {
  const { config, logRetention = RetentionDays.ONE_MONTH } = props
  const { bundling, ...options } = props.workerOptions ?? {}
  const { reserved } = concurrencyOf(props)
  const own = (name: string, rest: FunctionOptions) =>
    createFunction(scope, name, { entry: entryOf(name.toLowerCase()), config, logRetention }, rest)
  return {
    dispatcher: own('Dispatcher', {
      description: 'Sluice: claims due jobs within their limits and sends them to the worker',
      timeout: Duration.millis(DISPATCHER_TIMEOUT_MS),
      ...(reserved ? { reservedConcurrentExecutions: reserved.dispatcher } : {}),
      memorySize: 1024, // Every job waits for it, and twice the memory is twice the processor.
    }),
    tick: own('Tick', {
      description: 'Sluice: wakes what is due within the next minute, and what was left behind',
      timeout: Duration.millis(TICK_TIMEOUT_MS),
      ...(reserved ? { reservedConcurrentExecutions: reserved.tick } : {}),
      memorySize: 1024, // A sweep decodes up to 128 MB of items.
      retryAttempts: 0, // The next tick sees all that this one missed.
      maxEventAge: Duration.millis(TICK_EVENT_LIVES_MS),
    }),
    ingest: own('Ingest', {
      description: 'Sluice: turns events into jobs',
      timeout: Duration.millis(INGEST_TIMEOUT_MS),
      memorySize: 512,
    }),
    worker: createFunction(
      scope,
      'Worker',
      { entry: props.worker, config, logRetention, ...(bundling ? { bundling } : {}) },
      { description: 'Sluice: runs the tasks', memorySize: 512, ...options, timeout: workerTimeout(props) },
    ),
  }
}

/** `functions/<name>` beside `cdk/`: TypeScript in the repository, JavaScript in the published package. */
function entryOf(name: string): string {
  const here = import.meta.filename
  const entry = join(dirname(here), '..', 'functions', `${name}${extname(here)}`)
  if (!existsSync(entry))
    throw new Error(`Sluice is incomplete: ${entry} is missing. Install the package again.`)
  return entry
}
