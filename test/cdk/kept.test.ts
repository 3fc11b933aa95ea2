/** What an upgrade must not replace, for data is in it: CloudFormation goes by the logical id, and by what cannot change. */
import { expect, test } from 'vitest'
import { find, synth } from './synth.ts'

const template = synth()
const ids = (type: string): string[] => find(template, type).map(({ id }) => id)

test('tables keep their logical ids', () => {
  expect(ids('AWS::DynamoDB::GlobalTable')).toEqual([
    'JobsJobsTable5D01B911',
    'JobsStateTableF84A3836',
    'JobsHistoryTable12F9C246',
    'JobsSchedulesTableDC59DE22',
  ])
})

test('the bucket keeps its logical id', () => {
  expect(ids('AWS::S3::Bucket')).toEqual(['JobsPayloadsBucket4AD4128E'])
})

test('queues keep their logical ids: messages are on their way in them', () => {
  expect(ids('AWS::SQS::Queue')).toEqual([
    'JobsWorkDeadLettersBBA416FB',
    'JobsWorkQueue9ED5A938',
    'JobsWakeDeadLetters43B000DC',
    'JobsWakeQueueB2F9E0CA',
    'JobsIngestDeadLetters5A775468',
    'JobsIngestQueue332399A7',
    'JobsStreamFailures6655317D',
  ])
})

test('nothing of what holds data has a name or a key that could change', () => {
  const held = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::SQS::Queue'].flatMap((type) =>
    find(template, type),
  )
  const names = held.flatMap(({ Properties = {} }) =>
    Object.keys(Properties).filter((name) => /^(Table|Bucket|Queue)Name$/.test(name)),
  )
  expect(names).toEqual([])
  const keys = find(template, 'AWS::DynamoDB::GlobalTable').map(({ Properties }) => Properties['KeySchema'])
  expect(
    keys.map((schema) => (schema as { AttributeName: string }[]).map(({ AttributeName }) => AttributeName)),
  ).toEqual([['pk', 'sk'], ['pk'], ['pk', 'sk'], ['pk']])
})
