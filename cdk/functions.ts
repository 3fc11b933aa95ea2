/** The four Lambda functions: Sluice's own three, and the user's worker. */
import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  type FunctionOptions,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Config } from '../lib/core/config.ts'
import { type BundlingOptions, bundle } from './bundle.ts'
import type { SluiceProps } from './props.ts'
import { workerTimeout } from './validate.ts'

export interface Functions {
  readonly dispatcher: LambdaFunction
  readonly tick: LambdaFunction
  readonly ingest: LambdaFunction
  readonly worker: LambdaFunction
}

/** A pass takes milliseconds; a batch of the stream wakes at most 100 shards. */
export const DISPATCHER_TIMEOUT = Duration.seconds(30)
/** The next tick comes after a minute anyhow. */
const TICK_TIMEOUT = Duration.seconds(55)
/** Ten events are twenty writes at most. */
export const INGEST_TIMEOUT = Duration.seconds(30)

export function createFunctions(scope: Construct, props: SluiceProps): Functions {
  const { config, logRetention = RetentionDays.ONE_MONTH } = props
  const { bundling, ...options } = props.workerOptions ?? {}
  const own = (name: string, description: string, own: FunctionOptions) =>
    createFunction(
      scope,
      name,
      { entry: entryOf(name.toLowerCase()), config, logRetention },
      { description, ...own },
    )
  return {
    dispatcher: own(
      'Dispatcher',
      'Sluice: claims due jobs within their limits and sends them to the worker',
      {
        timeout: DISPATCHER_TIMEOUT,
        memorySize: 1024, // Every job waits for it, and twice the memory is twice the processor.
      },
    ),
    tick: own('Tick', 'Sluice: wakes what is due within the next minute', {
      timeout: TICK_TIMEOUT,
      memorySize: 512,
      retryAttempts: 0, // The next tick sees all that this one missed.
      maxEventAge: Duration.minutes(1),
    }),
    ingest: own('Ingest', 'Sluice: turns events into jobs', { timeout: INGEST_TIMEOUT, memorySize: 512 }),
    worker: createFunction(
      scope,
      'Worker',
      { entry: props.worker, config, logRetention, ...(bundling ? { bundling } : {}) },
      { description: 'Sluice: runs the tasks', memorySize: 512, ...options, timeout: workerTimeout(props) },
    ),
  }
}

interface Source {
  readonly entry: string
  readonly config: Config
  readonly bundling?: BundlingOptions
  readonly logRetention: RetentionDays
}

function createFunction(
  scope: Construct,
  id: string,
  source: Source,
  options: FunctionOptions,
): LambdaFunction {
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    retention: source.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const role = options.role ?? createRole(scope, `${id}Role`, options)
  logGroup.grantWrite(role)
  return new LambdaFunction(scope, id, {
    architecture: Architecture.ARM_64,
    loggingFormat: LoggingFormat.JSON,
    systemLogLevelV2: SystemLogLevel.WARN, // Three lines for each invocation would cost as much as the invocation.
    ...options,
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: bundle(source.entry, source.config, source.bundling),
    logGroup,
    role,
  })
}

/** Unlike AWS's managed policy for logs it reaches its own log group only. */
function createRole(scope: Construct, id: string, { vpc }: FunctionOptions): Role {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  if (vpc)
    role.addManagedPolicy(
      ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole'),
    )
  return role
}

/** `functions/<name>` beside `cdk/`: TypeScript in the repository, JavaScript in the published package. */
function entryOf(name: string): string {
  const here = import.meta.filename
  const entry = join(dirname(here), '..', 'functions', `${name}${extname(here)}`)
  if (!existsSync(entry))
    throw new Error(`Sluice is incomplete: ${entry} is missing. Install the package again.`)
  return entry
}
