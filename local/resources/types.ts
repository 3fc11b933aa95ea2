/** Which resource types there are, and which do not matter here. */
import { isCustom } from './custom.ts'

/** What the local cloud builds. Each has its own file here. */
export const SUPPORTED = [
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Lambda::Function',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
]

/** What only matters in the real cloud: permissions, encryption, retention, alarms. */
const IGNORED = [
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::EventBusPolicy',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::SubscriptionFilter',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
  'Custom::LogRetention',
  'Custom::S3AutoDeleteObjects',
  'Custom::SluiceDeployment',
]

/** Better to refuse at the start than to run something that is silently only half of the stack. */
export function refuseUnknownTypes(resources: Record<string, { Type: string }>): void {
  const known = new Set([...SUPPORTED, ...IGNORED])
  const unknown = Object.entries(resources).filter(([, { Type }]) => !known.has(Type) && !isCustom(Type))
  if (unknown.length === 0) return
  const list = unknown.map(([id, { Type }]) => `  ${Type} (${id})`).join('\n')
  throw new Error(
    `The local cloud cannot run these resources:\n${list}\n` +
      'Add support in local/resources, or list the type as ignored in local/resources/types.ts if it does not matter locally.',
  )
}
