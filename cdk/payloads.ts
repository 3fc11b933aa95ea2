/** Where payloads are kept that are too large for the Jobs table. */
import { type CfnElement, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { PAYLOAD_LIFETIMES_DAYS } from '../lib/core/times.ts'
import type { SluiceProps } from './props.ts'

/**
 * Always there: an empty bucket costs nothing, and no function without a large payload calls it. Sluice deletes no object, for
 * that would be one call more for each job; the lifecycle does.
 */
export function createPayloadsBucket(
  scope: Construct,
  { removalPolicy = RemovalPolicy.RETAIN }: Pick<SluiceProps, 'removalPolicy'>,
): Bucket {
  const bucket = new Bucket(scope, 'PayloadsBucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    // A key of KMS would cost a call for each payload.
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: PAYLOAD_LIFETIMES_DAYS.map((days) => ({
      id: `${days}d`,
      prefix: `${days}d/`,
      expiration: Duration.days(days),
    })),
    removalPolicy,
    // CloudFormation deletes no bucket with something in it.
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
  })
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'A log of each access would cost as much as the access. Who needs one turns on data events of CloudTrail for this bucket.',
  })
  return bucket
}

/**
 * Lets somebody read or write objects of the bucket, and nothing else of it. Who may not list a bucket is told "access
 * denied" of an object that is not there; whoever reads has to know whether it is gone.
 */
export function allowObjects(
  grantee: IGrantable,
  bucket: Bucket,
  actions: readonly ('GetObject' | 'PutObject')[],
): Grant {
  const allow = (resource: string, names: readonly string[]) =>
    Grant.addToPrincipal({ grantee, resourceArns: [resource], actions: names.map((name) => `s3:${name}`) })
  const objects = PAYLOAD_LIFETIMES_DAYS.map((days) => allow(bucket.arnForObjects(`${days}d/*`), actions))
  const list = actions.includes('GetObject') ? [allow(bucket.bucketArn, ['ListBucket'])] : []
  acknowledgeObjects(grantee, bucket)
  return [...objects, ...list].reduce((all, grant) => all.combine(grant))
}

/** A finding of cdk-nag for each of the two prefixes, for the users who run it over their own stack. */
function acknowledgeObjects({ grantPrincipal }: IGrantable, bucket: Bucket): void {
  if (!Construct.isConstruct(grantPrincipal)) return
  const id = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnElement)
  for (const days of PAYLOAD_LIFETIMES_DAYS)
    Validations.of(grantPrincipal).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${id}.Arn>/${days}d/*]`,
      reason:
        'Objects of one bucket that holds nothing but payloads: what a payload is called is not known before.',
    })
}
