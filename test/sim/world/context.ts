/** The context of one invocation: the product's ports, with a simulated service behind each. */
import type { Token } from '../../../lib/core/state.ts'
import { MAX_DELAY_MS } from '../../../lib/ports/queues.ts'
import type { Context } from '../../../lib/use-cases/context.ts'
import type { Invocation } from './invocation.ts'
import { simulatedStore } from './store.ts'
import type { World } from './world.ts'

/** SQS takes ten messages a call. */
const SEND_BATCH = 10

export function contextOf(world: World, by: Invocation): Context {
  const { scheduler, random, plan } = world
  return {
    config: plan.configs[by.version] ?? plan.configs[0],
    store: simulatedStore(world, by),
    work: {
      send: (messages) =>
        inBatches(messages, (batch) =>
          world.network.call(by, 'sendWork', async () => {
            for (const message of batch) world.work.send(JSON.stringify(message))
            world.emit({ kind: 'effect', by, effect: { op: 'sendWork', messages: batch } })
          }),
        ),
    },
    wake: {
      send: (messages) =>
        inBatches(messages, (batch) =>
          world.network.call(by, 'sendWake', async () => {
            for (const { delay_ms, ...message } of batch)
              world.wake.send(JSON.stringify(message), delayOf(delay_ms))
            world.emit({ kind: 'effect', by, effect: { op: 'sendWake', messages: batch } })
          }),
        ),
    },
    clock: { now: () => scheduler.now + by.skew_ms, sleep: (delay_ms) => by.sleep(delay_ms) },
    random: { number: () => random.number(), token: () => world.nextToken() as Token },
    logger: loggerOf(world),
    metrics: { count: () => {} },
    deployment: { isReplaced: async () => false },
  }
}

const delayOf = (delay_ms: number): number => Math.floor(Math.min(delay_ms, MAX_DELAY_MS) / 1000) * 1000

async function inBatches<T>(
  items: readonly T[],
  send: (batch: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let first = 0; first < items.length; first += SEND_BATCH)
    await send(items.slice(first, first + SEND_BATCH))
}

/** Errors that are logged and lived with have to be faults too. */
function loggerOf(world: World): Context['logger'] {
  const watch = (_message: string, details?: Readonly<Record<string, unknown>>) => {
    if (details?.['error'] instanceof Error) world.expected(details['error'])
  }
  return { debug: () => {}, info: () => {}, warn: watch, error: watch }
}
