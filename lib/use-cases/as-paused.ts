/** The configuration with the queues that somebody has paused, for those who decide and those who only look. */
import type { Config } from '../core/queue/config.ts'
import { NO_PAUSES, withPauses } from '../core/queue/queue-pauses.ts'
import type { Store } from '../ports/store.ts'
import type { Context } from './context.ts'

/** By what a function has read within a second. */
export async function asPaused(context: Context): Promise<Context> {
  const config = withPauses(context.config, await context.deployment.pauses())
  return config === context.config ? context : { ...context, config }
}

interface Seeing {
  readonly config: Config
  readonly store: Store
}

/** By what is read now. */
export const seenAsPaused = async <Eyes extends Seeing>(eyes: Eyes): Promise<Eyes> => ({
  ...eyes,
  config: withPauses(eyes.config, await eyes.store.states.queuePauses()),
})

/** A sweep goes on without it: then it wakes shards in vain. */
export const sweptAsPaused = async <Eyes extends Seeing & Pick<Context, 'events'>>(
  context: Eyes,
): Promise<Eyes> => {
  const pauses = await context.store.states.queuePauses().catch((error: unknown) => {
    context.events.emit({ kind: 'pauses not read', error })
    return NO_PAUSES
  })
  return { ...context, config: withPauses(context.config, pauses) }
}
