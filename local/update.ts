/** A stack that runs gets the functions of another assembly, as CloudFormation would give them to it. */
import { isDeepStrictEqual } from 'node:util'
import type { CustomResources } from './custom-resources.ts'
import type { LambdaService } from './lambda/service.ts'
import type { LambdaFunction } from './resources/functions.ts'
import type { Stack } from './resources/stack.ts'

interface Update {
  /** What runs. */
  readonly stack: Stack
  /** What shall run. */
  readonly changed: Stack
  readonly lambdas: LambdaService
  readonly customResources: CustomResources
  readonly overlap_ms: number
}

export async function updateStack(update: Update): Promise<void> {
  const { stack, changed, lambdas, customResources, overlap_ms } = update
  refuseOthers(stack.lasting, changed.lasting)
  for (const id of changed.updateOrder) {
    const fn = changed.functions.find(({ logicalId }) => logicalId === id)
    const custom = changed.customResources.find(({ logicalId }) => logicalId === id)
    if (custom) await customResources.provide(changed, custom)
    if (fn && isChanged(stack, fn)) lambdas.update(fn, overlap_ms)
  }
  stack.functions = changed.functions
}

const isChanged = ({ functions }: Stack, fn: LambdaFunction): boolean =>
  !isDeepStrictEqual(
    functions.find(({ logicalId }) => logicalId === fn.logicalId),
    fn,
  )

/** Nothing but functions can change while the cloud runs. */
function refuseOthers(before: Stack['lasting'], after: Stack['lasting']): void {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const changed = ids.filter((id) => !isDeepStrictEqual(before[id], after[id]))
  if (changed.length > 0)
    throw new Error(
      `${changed.join(', ')} of the stack changed, and only functions can while it runs: start the cloud anew.`,
    )
}
