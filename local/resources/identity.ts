/** What one resource is called. */
import { createHash } from 'node:crypto'
import { ACCOUNT } from '../assembly.ts'

/** What the rest of a template can say about a resource: its `Ref` and its attributes. */
export interface Identity {
  name: string
  arn: string
  ref: string
  url?: string
  attributes: Record<string, string>
}

export interface Place {
  stackName: string
  region: string
  sqsEndpoint: string
}

type Identify = (name: string, place: Place) => Identity

/** By resource type: the property with an explicit name, the longest name allowed, and what it is called by. */
const KINDS: Record<string, { property: string; longest: number; identify: Identify }> = {
  'AWS::DynamoDB::Table': { property: 'TableName', longest: 255, identify: table },
  'AWS::DynamoDB::GlobalTable': { property: 'TableName', longest: 255, identify: table },
  'AWS::S3::Bucket': { property: 'BucketName', longest: 63, identify: bucket },
  'AWS::SQS::Queue': { property: 'QueueName', longest: 75, identify: queue },
  'AWS::Lambda::Function': { property: 'FunctionName', longest: 64, identify: lambda },
  'AWS::Events::EventBus': { property: 'Name', longest: 256, identify: bus },
  'AWS::Events::Rule': { property: 'Name', longest: 64, identify: rule },
}

/** The property that holds a resource's explicit name, if its type has one. */
export function nameProperty(type: string): string | undefined {
  return KINDS[type]?.property
}

/** Names and ARNs are computed, not asked for: so the whole template resolves before anything is created. */
export function identify(
  type: string,
  logicalId: string,
  explicit: string | undefined,
  place: Place,
): Identity {
  const kind = KINDS[type]
  if (kind) return kind.identify(explicit ?? generate(logicalId, place.stackName, kind.longest), place)
  const arn = arnOf(type.split('::')[1]?.toLowerCase() ?? 'local', logicalId, place)
  return { name: logicalId, arn, ref: logicalId, attributes: { Arn: arn } }
}

/** Like CloudFormation's `Stack-LogicalId-RANDOM`, but stable, so that a restart finds its tables again. */
function generate(logicalId: string, stackName: string, longest: number): string {
  const name = `${stackName}-${logicalId}`
  if (name.length <= longest) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, longest - 9)}-${hash}`
}

function arnOf(service: string, path: string, { region }: Place): string {
  return `arn:aws:${service}:${region}:${ACCOUNT}:${path}`
}

function table(name: string, place: Place): Identity {
  const arn = arnOf('dynamodb', `table/${name}`, place)
  return { name, arn, ref: name, attributes: { Arn: arn, StreamArn: `${arn}/stream/local`, TableId: name } }
}

/** Names of buckets are lower case, in ARNs without region and account. */
function bucket(mixed: string): Identity {
  const name = mixed.toLowerCase()
  const arn = `arn:aws:s3:::${name}`
  const domain = `${name}.s3.amazonaws.com`
  return { name, arn, ref: name, attributes: { Arn: arn, DomainName: domain, RegionalDomainName: domain } }
}

function queue(name: string, place: Place): Identity {
  const arn = arnOf('sqs', name, place)
  const url = `${place.sqsEndpoint}/${ACCOUNT}/${name}`
  return { name, arn, ref: url, url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } }
}

function lambda(name: string, place: Place): Identity {
  const arn = arnOf('lambda', `function:${name}`, place)
  return { name, arn, ref: name, attributes: { Arn: arn } }
}

function bus(name: string, place: Place): Identity {
  const arn = arnOf('events', `event-bus/${name}`, place)
  return { name, arn, ref: name, attributes: { Arn: arn, Name: name } }
}

function rule(name: string, place: Place): Identity {
  const arn = arnOf('events', `rule/${name}`, place)
  return { name, arn, ref: name, attributes: { Arn: arn } }
}
