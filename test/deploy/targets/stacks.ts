/** Stacks as CloudFormation knows them. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation'
import { TAG } from './stack-names.ts'
import type { ClientOptions } from './target.ts'

/** A change takes minutes in an account, and CloudFormation answers few calls there, which others make too. */
const LOOK_EVERY_MS = 2000
const MAX_ATTEMPTS = 10

export const cloudFormation = (options: ClientOptions): CloudFormationClient =>
  new CloudFormationClient({ ...options, maxAttempts: MAX_ATTEMPTS })

/** By its name, or by its id, which finds it when it is deleted, too. There is no error of its own for "there is none". */
export async function findStack(client: CloudFormationClient, StackName: string): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }))
    return Stacks[0]
  } catch (error) {
    if (error instanceof Error && error.message.endsWith('does not exist')) return undefined
    throw error
  }
}

/** What still finds it when it is deleted. */
export async function idOf(client: CloudFormationClient, name: string): Promise<string> {
  const { StackId } = (await findStack(client, name)) ?? {}
  if (StackId === undefined) throw new Error(`there is no stack ${name}`)
  return StackId
}

export const isOfTests = ({ Tags = [] }: Stack): boolean => Tags.some(({ Key }) => Key === TAG)

/** The physical names of a stack's resources of one type; of a queue that is its URL. */
export async function resourcesOf(
  client: CloudFormationClient,
  StackName: string,
  type: string,
): Promise<readonly string[]> {
  const names: string[] = []
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
    for (const { ResourceType, PhysicalResourceId: name } of StackResourceSummaries)
      if (name && ResourceType === type) names.push(name)
  return names
}

/** A stack that has a change set and nothing else is at rest: nobody will change it unasked. */
const isChanging = ({ StackStatus }: Stack): boolean =>
  StackStatus?.endsWith('_IN_PROGRESS') === true && StackStatus !== 'REVIEW_IN_PROGRESS'

/** The stack when nothing changes it any more. */
export async function atRest(client: CloudFormationClient, id: string): Promise<Stack | undefined> {
  for (;;) {
    const stack = await findStack(client, id)
    if (!stack || !isChanging(stack)) return stack
    await sleep(LOOK_EVERY_MS)
  }
}
