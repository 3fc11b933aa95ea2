/** One Lambda function as Sluice wants it: Node 24, JSON logs in a group of its own, a role that reaches nothing else. */
import { RemovalPolicy } from 'aws-cdk-lib'
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  type FunctionOptions,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Config } from '../lib/core/queue/config.ts'
import { type BundlingOptions, bundle } from './bundle.ts'

export interface Source {
  readonly entry: string
  readonly config: Config
  readonly bundling?: BundlingOptions
  readonly logRetention: RetentionDays
}

export function createFunction(
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
    // The dispatcher delays messages to itself, the worker sends itself the next job of a shard, and a tick's wake-up
    // may lead to another's. Lambda takes such a chain for a mistake and refuses the invocation after 16 links, and
    // with it the customer's backlog. The protocol has its own guard: only whoever has written sends.
    recursiveLoop: RecursiveLoop.ALLOW,
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
