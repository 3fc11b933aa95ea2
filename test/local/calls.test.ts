import { expect, test } from 'vitest'
import { type AwsRequest, callsOf } from '../../local/engines/calls.ts'

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=JobsWorker1A2B3C4D/20250101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0'
const request = (target: string, body: object): AwsRequest => ({
  method: 'POST',
  url: '/',
  headers: { 'x-amz-target': target, authorization: AUTHORIZATION },
  body: JSON.stringify(body),
})
const asked = (service: 'dynamodb' | 'sqs' | 's3', of: AwsRequest): string[] =>
  callsOf(service, 'us-east-1', of).map(({ action, resource }) => `${action} ${resource}`)
const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table'

test('a transaction is asked about part by part', () => {
  const TransactItems = [{ Delete: { TableName: 'jobs' } }, { ConditionCheck: { TableName: 'state' } }]
  expect(asked('dynamodb', request('DynamoDB_20120810.TransactWriteItems', { TransactItems }))).toEqual([
    `dynamodb:DeleteItem ${TABLE}/jobs`,
    `dynamodb:ConditionCheckItem ${TABLE}/state`,
  ])
})

test('a batch is asked about table by table, a query by its index', () => {
  const RequestItems = { jobs: [], state: [] }
  expect(asked('dynamodb', request('DynamoDB_20120810.BatchWriteItem', { RequestItems }))).toEqual([
    `dynamodb:BatchWriteItem ${TABLE}/jobs`,
    `dynamodb:BatchWriteItem ${TABLE}/state`,
  ])
  const query = { TableName: 'state', IndexName: 'due' }
  expect(asked('dynamodb', request('DynamoDB_20120810.Query', query))).toEqual([
    `dynamodb:Query ${TABLE}/state/index/due`,
  ])
})

test('many messages are allowed like one', () => {
  const QueueUrl = 'http://127.0.0.1:4566/000000000000/work'
  expect(asked('sqs', request('AmazonSQS.SendMessageBatch', { QueueUrl }))).toEqual([
    'sqs:SendMessage arn:aws:sqs:us-east-1:000000000000:work',
  ])
})

test('an object is named by its path', () => {
  const get = { ...request('', {}), method: 'GET', url: '/payloads/90d/0a?x-id=GetObject' }
  expect(asked('s3', get)).toEqual(['s3:GetObject arn:aws:s3:::payloads/90d/0a'])
})

test('the caller is who signed; what nobody signed is nobody’s', () => {
  const get = { ...request('', {}), method: 'GET', url: '/payloads/90d/0a' }
  expect(callsOf('s3', 'us-east-1', get)).toMatchObject([{ caller: 'JobsWorker1A2B3C4D' }])
  expect(callsOf('s3', 'us-east-1', { ...get, headers: {} })).toEqual([])
})
