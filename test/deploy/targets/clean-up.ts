/** What a test leaves goes: its stacks, if it has failed, and what `cdk destroy` keeps. Their data are nobody's. */
import { type CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation'
import { DeleteTableCommand, DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb'
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  NoSuchBucket,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { STACKS } from './stack-names.ts'
import { atRest, cloudFormation, findStack, isOfTests, resourcesOf } from './stacks.ts'
import type { ClientOptions } from './target.ts'

/** The physical names of what `cdk destroy` keeps. */
export interface Kept {
  readonly tables: readonly string[]
  readonly buckets: readonly string[]
}

/** Asked before the stack is destroyed. */
export const keptBy = async (client: CloudFormationClient, stack: string): Promise<Kept> => ({
  tables: await resourcesOf(client, stack, 'AWS::DynamoDB::GlobalTable'),
  buckets: await resourcesOf(client, stack, 'AWS::S3::Bucket'),
})

/** What is gone already is not missed. */
export async function deleteKept(options: ClientOptions, { tables, buckets }: Kept): Promise<void> {
  const dynamodb = new DynamoDBClient(options)
  const s3 = new S3Client({ ...options, forcePathStyle: true })
  for (const TableName of tables)
    await dynamodb.send(new DeleteTableCommand({ TableName })).catch(unless(ResourceNotFoundException))
  for (const bucket of buckets) await deleteBucket(s3, bucket).catch(unless(NoSuchBucket))
}

const unless = (expected: new (...options: never[]) => Error) => (error: unknown) => {
  if (!(error instanceof expected)) throw error
}

async function deleteBucket(s3: S3Client, Bucket: string): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]))
    if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
  }
  await s3.send(new DeleteBucketCommand({ Bucket }))
}

/** All stacks of the tests that are there, with all that they keep. Returns the names of those that were. */
export async function removeStacks(options: ClientOptions): Promise<readonly string[]> {
  const client = cloudFormation(options)
  const removed: string[] = []
  for (const name of Object.values(STACKS)) {
    const found = await findStack(client, name)
    if (!found?.StackId || !isOfTests(found)) continue
    await deleteKept(options, await removeStack(client, name, found.StackId))
    removed.push(name)
  }
  return removed
}

/** Returns what it has kept. CloudFormation deletes no stack in the middle of a change: what is under way ends first. */
async function removeStack(client: CloudFormationClient, name: string, id: string): Promise<Kept> {
  await atRest(client, id)
  const kept = await keptBy(client, id)
  await client.send(new DeleteStackCommand({ StackName: id }))
  const { StackStatus = 'DELETE_COMPLETE', StackStatusReason } = (await atRest(client, id)) ?? {}
  if (StackStatus === 'DELETE_COMPLETE') return kept
  const names = [...kept.tables, ...kept.buckets].join(', ')
  throw new Error(
    `The stack ${name} is ${StackStatus} (${StackStatusReason}). Delete it by hand, then what it keeps: ${names}`,
  )
}
