/** The configuration with what people have set for whole queues, for those who decide and those who only look. */
import type { Config } from '../core/queue/config.ts'
import { NO_SETTINGS, withSettings } from '../core/queue/queue-settings.ts'
import type { Store } from '../ports/store.ts'
import type { Context } from './context.ts'

/** By what a function has read within a second. */
export async function asSet(context: Context): Promise<Context> {
  const config = withSettings(context.config, await context.deployment.settings())
  return config === context.config ? context : { ...context, config }
}

interface Seeing {
  readonly config: Config
  readonly store: Store
}

/** By what is read now. */
export const seenAsSet = async <Eyes extends Seeing>(eyes: Eyes): Promise<Eyes> => ({
  ...eyes,
  config: withSettings(eyes.config, await eyes.store.states.queueSettings()),
})

/** A sweep goes on without it, for it only wakes: it wakes shards in vain then, or leaves some to the next sweep. */
export const sweptAsSet = async <Eyes extends Seeing & Pick<Context, 'events'>>(
  context: Eyes,
): Promise<Eyes> => {
  const settings = await context.store.states.queueSettings().catch((error: unknown) => {
    context.events.emit({ kind: 'queue settings not read', error })
    return NO_SETTINGS
  })
  return { ...context, config: withSettings(context.config, settings) }
}
