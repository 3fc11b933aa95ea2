/** Tells when CloudFormation is through with a stack, seconds before `cdk` has noticed. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { pace } from './pace.ts'
import { cloudFormation, findStack } from './stacks.ts'
import type { ClientOptions } from './target.ts'

/** Done with all that can change what functions do; what is left is to clean up. */
const THROUGH = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE)/

export interface Watch {
  stop(): Promise<void>
}

/** Calls back once, when the stack has begun to change and is through. */
export function watchStack(options: ClientOptions, stack: string, through: () => void): Watch {
  const client = cloudFormation(options)
  const stopping = new AbortController()
  const watching = watch(client, stack, stopping.signal, through)
  // It is thrown by `stop`, and must not end the test's process before.
  watching.catch(() => undefined)
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
    const status = (await findStack(client, stack))?.StackStatus ?? ''
    if (status.endsWith('_IN_PROGRESS') && !THROUGH.test(status)) began = true
    if (began && THROUGH.test(status)) {
      began = false
      through()
    }
    await sleep(pace.lookEvery_ms, undefined, { signal }).catch(() => undefined)
  }
}
