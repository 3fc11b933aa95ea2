import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Properties = Record<string, unknown>

/** A cloud assembly as `cdk synth` would leave it, written by hand: logical id → resource, and outputs. */
export interface Fixture {
  /** Source of an ES module that exports `handler`, by logical id. */
  functions: Record<string, { code: string; environment?: Properties; properties?: Properties }>
  resources: Record<string, { Type: string; Properties: Properties }>
  outputs?: Record<string, unknown>
}

export const ref = (id: string) => ({ Ref: id })
export const getAtt = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] })

export function queue(properties: Properties = {}) {
  return { Type: 'AWS::SQS::Queue', Properties: properties }
}

export function table(properties: Properties = {}) {
  return {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      BillingMode: 'PAY_PER_REQUEST',
      ...properties,
    },
  }
}

export function mapping(fn: string, source: unknown, properties: Properties = {}) {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: ref(fn), EventSourceArn: source, ...properties },
  }
}

export function rule(properties: Properties) {
  return { Type: 'AWS::Events::Rule', Properties: properties }
}

export async function writeAssembly({ functions, resources, outputs = {} }: Fixture) {
  const dir = await mkdtemp(join(tmpdir(), 'local-fixture-'))
  const all = { ...resources }
  const files: Properties = {}
  for (const [id, { code, environment = {}, properties = {} }] of Object.entries(functions)) {
    mkdirSync(join(dir, `asset.${id}`))
    writeFileSync(join(dir, `asset.${id}`, 'index.mjs'), code)
    files[id] = { source: { path: `asset.${id}`, packaging: 'zip' } }
    all[id] = lambda(id, environment, properties)
  }
  const Outputs = Object.fromEntries(Object.entries(outputs).map(([id, Value]) => [id, { Value }]))
  const write = (file: string, content: unknown) => writeFileSync(join(dir, file), JSON.stringify(content))
  write('manifest.json', manifest())
  write('Test.template.json', { Resources: all, Outputs })
  write('Test.assets.json', { files })
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
}

function lambda(id: string, environment: Properties, properties: Properties) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: 10,
      Code: { S3Bucket: { 'Fn::Join': ['-', ['cdk-assets', ref('AWS::AccountId')]] }, S3Key: `${id}.zip` },
      Environment: { Variables: environment },
      ...properties,
    },
  }
}

function manifest() {
  const properties = { templateFile: 'Test.template.json' }
  const environment = 'aws://unknown-account/unknown-region'
  return { artifacts: { Test: { type: 'aws:cloudformation:stack', environment, properties } } }
}
