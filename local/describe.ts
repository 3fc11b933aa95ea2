/** The cloud in words, for the terminal. */
import pc from 'picocolors'
import type { Cloud, Invocation, ResourceInfo } from './cloud.ts'
import { namesOf } from './names.ts'

/** What a person needs to use the cloud: where everything is, and something to paste. */
export function describeCloud(cloud: Cloud, logFile: string): string {
  const { endpoints, region } = cloud
  const sections = [
    section('Endpoints', [
      ['DynamoDB', endpoints.dynamodb],
      ['SQS', endpoints.sqs],
      ...(endpoints.s3 === undefined ? [] : [['S3', endpoints.s3] satisfies [string, string]]),
      ['EventBridge', endpoints.events],
      ['region', region],
    ]),
    section(
      'Tables',
      ofType(cloud, '::DynamoDB::').map(([id, { name }]) => [id, name]),
    ),
    section(
      'Queues',
      ofType(cloud, '::SQS::').map(([id, { url }]) => [id, url ?? '']),
    ),
    section(
      'Buckets',
      ofType(cloud, '::S3::').map(([id, { name }]) => [id, name]),
    ),
    section(
      'Buses',
      ofType(cloud, '::EventBus').map(([id, { name }]) => [id, name]),
    ),
    section('Outputs', Object.entries(cloud.outputs)),
    `${pc.bold('Paste into a shell')}\n${tryOut(cloud)
      .map((line) => `  ${line}`)
      .join('\n')}`,
    pc.dim(
      `What the functions log is in ${logFile} as long as this runs. Enter deploys what you have changed, Ctrl-C stops.`,
    ),
  ]
  return sections.filter((text) => text !== '').join('\n\n')
}

function section(title: string, rows: [string, string][]): string {
  if (rows.length === 0) return ''
  const width = Math.max(...rows.map(([label]) => label.length))
  return [pc.bold(title), ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join('\n')
}

function ofType({ resources }: Cloud, part: string): [string, ResourceInfo][] {
  return Object.entries(resources).filter(([, { type }]) => type.includes(part))
}

/** A block to paste, after which the AWS CLI and SDKs talk to this cloud, and every output and known name is a variable. */
function tryOut(cloud: Cloud): string[] {
  const { endpoints, region, credentials } = cloud
  const [table] = ofType(cloud, '::DynamoDB::')
  const names = Object.entries(namesOf(cloud)).map(([name, value]) => `${upperSnake(name)}=${value}`)
  return [
    `export AWS_ACCESS_KEY_ID=${credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`,
    `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    `export AWS_ENDPOINT_URL_DYNAMODB=${endpoints.dynamodb} AWS_ENDPOINT_URL_SQS=${endpoints.sqs}`,
    `export AWS_ENDPOINT_URL_EVENTBRIDGE=${endpoints.events}`,
    ...(endpoints.s3 === undefined ? [] : [`export AWS_ENDPOINT_URL_S3=${endpoints.s3}`]),
    ...names.map((name) => `export ${name}`),
    ...(table ? [`aws dynamodb scan --table-name ${table[1].name}`] : []),
  ]
}

const upperSnake = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase()

/** A failed invocation in one line. */
export function describeFailure({ logicalId, outcome, duration_ms }: Invocation): string {
  if (outcome.kind === 'success') return ''
  const { errorType, errorMessage, trace } = outcome.error
  const place = /\((?:file:\/\/)?([^()]+:\d+:\d+)\)/.exec(trace ?? '')?.[1]
  const message = errorMessage.split('\n')[0]
  return `✗ ${logicalId} ${outcome.reason} after ${duration_ms} ms: ${errorType}: ${message}${place ? ` (${place})` : ''}`
}
