/** The product's ports, all of which ask one function. Whoever answers it decides what happens when. */
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import type { Config } from '../../../lib/core/queue/config.ts'
import { NO_PAUSES } from '../../../lib/core/queue/queue-pauses.ts'
import type { Token } from '../../../lib/core/shard/state.ts'
import type { Clock } from '../../../lib/ports/clock.ts'
import type { Store } from '../../../lib/ports/store.ts'
import type { WorkerContext } from '../../../lib/use-cases/context.ts'

export type Ask = (op: string, ...args: unknown[]) => Promise<unknown>

export interface Surroundings {
  readonly config: Config
  readonly clock: Clock
  readonly newToken: () => string
  readonly ask: Ask
}

/** Jobs of a world carry their payloads in their items. */
const notKept = async (): Promise<never> => {
  throw new Error('a world has no place for large payloads: make those of its jobs small')
}

export const contextOver = ({ config, clock, newToken, ask }: Surroundings): WorkerContext => ({
  config,
  clock,
  store: storeOver(ask),
  payloads: { put: notKept, get: notKept },
  work: { send: async (messages) => void (await ask('work.send', messages)) },
  wake: { send: async (messages) => void (await ask('wake.send', messages)) },
  // Waits that are drawn at random are none: whatever may happen meanwhile may happen anyway.
  random: { number: () => 0, token: () => newToken() as Token },
  events: { emit: () => {} },
  deployment: { isReplaced: async () => false, isAlone: async () => true, pauses: async () => NO_PAUSES },
})

/** Every verb that the memory store has, of whatever part. */
const VERBS = Object.entries(memoryStore()).map(([part, verbs]) => [part, Object.keys(verbs)] as const)

function storeOver(ask: Ask): Store {
  const parts = VERBS.map(([part, verbs]) => [
    part,
    Object.fromEntries(verbs.map((verb) => [verb, (...args: unknown[]) => ask(`${part}.${verb}`, ...args)])),
  ])
  return Object.fromEntries(parts) as Store
}
