/** An answer that never changes is asked for once: as in the DynamoDB adapter, but only as long as the invocation, for environments have no memory here. */
import type { StateStore } from '../../../lib/ports/store.ts'

type Ask = StateStore['earlierShards']

export function askedOnce(ask: Ask): Ask {
  const known = new Map<string, Awaited<ReturnType<Ask>>>()
  return async (queue) => {
    const answer = known.get(queue) ?? (await ask(queue))
    known.set(queue, answer)
    return answer
  }
}
