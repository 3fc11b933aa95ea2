/** What `cdk destroy` keeps, and how it goes after a test: its data are nobody's. */
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation'
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import type { ClientOptions, Kept } from './target.ts'

/** Asked before the stack is destroyed. */
export async function keptBy(options: ClientOptions, StackName: string): Promise<Kept> {
  const client = new CloudFormationClient(options)
  const kept = { tables: [] as string[], buckets: [] as string[] }
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
    for (const { ResourceType, PhysicalResourceId: name } of StackResourceSummaries) {
      if (name && ResourceType === 'AWS::DynamoDB::GlobalTable') kept.tables.push(name)
      if (name && ResourceType === 'AWS::S3::Bucket') kept.buckets.push(name)
    }
  return kept
}

export async function cleanUp(options: ClientOptions, { tables, buckets }: Kept): Promise<void> {
  const dynamodb = new DynamoDBClient(options)
  const s3 = new S3Client({ ...options, forcePathStyle: true })
  await Promise.all(tables.map((TableName) => dynamodb.send(new DeleteTableCommand({ TableName }))))
  for (const bucket of buckets) await deleteBucket(s3, bucket)
}

async function deleteBucket(s3: S3Client, Bucket: string): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]))
    if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
  }
  await s3.send(new DeleteBucketCommand({ Bucket }))
}
