/** Tells when CloudFormation is through with a stack, seconds before `cdk` has noticed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import type { ClientOptions } from './target.ts'

const LOOK_EVERY_MS = 200

/** Done with all that can change what functions do; what is left is to clean up. */
const THROUGH = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE)/

export interface Watch {
  stop(): Promise<void>
}

/** Calls back once, when the stack has begun to change and is through. */
export function watchStack(options: ClientOptions, stack: string, through: () => void): Watch {
  const client = new CloudFormationClient(options)
  const stopping = new AbortController()
  const watching = watch(client, stack, stopping.signal, through)
  return {
    stop: async () => {
      stopping.abort()
      await watching
      client.destroy()
    },
  }
}

async function watch(
  client: CloudFormationClient,
  stack: string,
  signal: AbortSignal,
  through: () => void,
): Promise<void> {
  let began = false
  while (!signal.aborted) {
    const status = await statusOf(client, stack)
    if (status.endsWith('_IN_PROGRESS') && !THROUGH.test(status)) began = true
    if (began && THROUGH.test(status)) {
      began = false
      through()
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Before the first deploy there is no such stack, which is an error like any other. */
async function statusOf(client: CloudFormationClient, StackName: string): Promise<string> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }))
    return Stacks[0]?.StackStatus ?? ''
  } catch {
    return ''
  }
}
