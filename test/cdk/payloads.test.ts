import { RemovalPolicy } from 'aws-cdk-lib'
import { describe, expect, test } from 'vitest'
import { find, one, synth } from './synth.ts'

const BUCKET = 'AWS::S3::Bucket'
const template = synth()
const bucket = one(template, BUCKET)

describe('the Payloads bucket', () => {
  test('is private, encrypted, and stays when the stack goes', () => {
    expect(bucket).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    })
  })

  test('is not spoken to without TLS', () => {
    const { Properties } = one(template, 'AWS::S3::BucketPolicy')
    expect(JSON.stringify(Properties)).toContain('"Condition":{"Bool":{"aws:SecureTransport":"false"}}')
  })

  test('forgets each payload by its own prefix', () => {
    expect(bucket.Properties['LifecycleConfiguration']).toEqual({
      Rules: [
        { Id: '90d', Prefix: '90d/', ExpirationInDays: 90, Status: 'Enabled' },
        { Id: '400d', Prefix: '400d/', ExpirationInDays: 400, Status: 'Enabled' },
      ],
    })
  })

  test('is known to those who put and read, and to nobody else', () => {
    const told = find(template, 'AWS::Lambda::Function').filter(({ Properties }) =>
      JSON.stringify(Properties['Environment']).includes('SLUICE_PAYLOADS_BUCKET'),
    )
    expect(told.map(({ id }) => id.replace(/^Jobs|[0-9A-F]{8}$/g, '')).toSorted()).toEqual([
      'Ingest',
      'Worker',
    ])
  })

  test('is emptied before it goes, if the user wants it to go; nobody else gets a function for that', () => {
    const changed = synth({ removalPolicy: RemovalPolicy.DESTROY })
    expect(one(changed, BUCKET)).toMatchObject({ DeletionPolicy: 'Delete' })
    expect(Object.keys(changed.findResources('Custom::S3AutoDeleteObjects'))).toHaveLength(1)
    expect(Object.keys(template.findResources('Custom::S3AutoDeleteObjects'))).toHaveLength(0)
  })
})
