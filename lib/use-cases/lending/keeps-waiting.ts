/**
 * Whether a shard has nothing to do but wait for the start that it has been granted. One that waits for long looks whether there is
 * room before: somebody may have raised the rate. It looks before it asks for anything else, which it would take from others for nothing.
 */
import { isFarAhead } from '../../core/limits/shared-rate.ts'
import { awaitedStart } from './awaited-start.ts'
import { lookForStarts } from './grants.ts'

export async function keepsWaiting(
  context: Parameters<typeof lookForStarts>[0],
  state: Parameters<typeof awaitedStart>[1],
  own: Parameters<typeof awaitedStart>[2],
  costs: readonly (number | undefined)[],
): Promise<boolean> {
  const { ahead } = awaitedStart(context, state, own, costs) ?? {}
  const now = context.clock.now()
  if (!ahead || costs.length === 0 || !isFarAhead(ahead, now)) return ahead !== undefined
  const { costRate } = own
  const ofOwn = costRate ? { costRate } : {}
  const seen = await lookForStarts(context, { state, starts: [now], costs, ...ofOwn })
  return seen?.ahead === ahead
}
