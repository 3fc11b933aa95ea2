/** What a test leaves goes: its stacks, if it has failed, and what `cdk destroy` keeps. Their data are nobody's. */
import {
  type CloudFormationClient,
  DeleteStackCommand,
  paginateDescribeStackEvents,
  paginateListStacks,
} from '@aws-sdk/client-cloudformation'
import { DeleteTableCommand, DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb'
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  NoSuchBucket,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { STACKS } from './stack-names.ts'
import { atRest, cloudFormation, findStack, isOfTests } from './stacks.ts'
import type { ClientOptions } from './target.ts'

/** The physical names of what `cdk destroy` keeps. */
export interface Kept {
  readonly tables: readonly string[]
  readonly buckets: readonly string[]
}

/**
 * What CloudFormation has left behind when the stack was deleted, when a change was rolled back, and when a template did not
 * have it any more. Only the events tell of all three, for months.
 */
export async function keptBy(client: CloudFormationClient, stackId: string): Promise<Kept> {
  const kept = { tables: [] as string[], buckets: [] as string[] }
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName: stackId }))
    for (const { ResourceStatus, ResourceType, PhysicalResourceId: name } of StackEvents) {
      if (ResourceStatus !== 'DELETE_SKIPPED' || !name) continue
      if (ResourceType === 'AWS::DynamoDB::GlobalTable') kept.tables.push(name)
      if (ResourceType === 'AWS::S3::Bucket') kept.buckets.push(name)
    }
  return kept
}

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
    await removeStack(client, name, found.StackId)
    await deleteKept(options, await keptBy(client, found.StackId))
    removed.push(name)
  }
  return removed
}

/** CloudFormation deletes no stack in the middle of a change: what is under way ends first. */
async function removeStack(client: CloudFormationClient, name: string, id: string): Promise<void> {
  await atRest(client, id)
  await client.send(new DeleteStackCommand({ StackName: id }))
  const { StackStatus = 'DELETE_COMPLETE', StackStatusReason } = (await atRest(client, id)) ?? {}
  if (StackStatus !== 'DELETE_COMPLETE')
    throw new Error(
      `The stack ${name} is ${StackStatus} (${StackStatusReason}): mend that, and let --clean-up do the rest.`,
    )
}

/** What stacks of the tests keep that are gone: of runs that were killed between the end of the stack and their own. */
export async function removeKept(options: ClientOptions): Promise<void> {
  const client = cloudFormation(options)
  const names: readonly string[] = Object.values(STACKS)
  const pages = paginateListStacks({ client }, { StackStatusFilter: ['DELETE_COMPLETE'] })
  for await (const { StackSummaries = [] } of pages)
    for (const { StackName = '', StackId = '' } of StackSummaries) {
      if (!names.includes(StackName)) continue
      const found = await findStack(client, StackId)
      if (found && isOfTests(found)) await deleteKept(options, await keptBy(client, StackId))
    }
}
