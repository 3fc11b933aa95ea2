/** The product's ports, all of which ask one function. Whoever answers it decides what happens when. */
import { memoryStore } from '../../../lib/adapters/memory/store.ts'
import type { QueueLimits } from '../../../lib/core/queue/queue-limits.ts'
import type { QueuePause } from '../../../lib/core/queue/queue-pauses.ts'
import { NO_SETTINGS, type QueueSettings } from '../../../lib/core/queue/queue-settings.ts'
import type { Token } from '../../../lib/core/shard/state.ts'
import type { Clock } from '../../../lib/ports/clock.ts'
import type { Deployment } from '../../../lib/ports/deployment.ts'
import type { Store } from '../../../lib/ports/store.ts'
import type { WorkerContext } from '../../../lib/use-cases/context.ts'
import { deploymentOf } from '../../../lib/use-cases/deployed.ts'
import type { World } from '../world.ts'

export type Ask = (op: string, ...args: unknown[]) => Promise<unknown>

/** What all executions of a world stand on. */
export type Ground = Pick<World, 'config' | 'pauses'>

export interface Surroundings {
  readonly ground: Ground
  readonly clock: Clock
  readonly newToken: () => string
  readonly ask: Ask
}

/** Jobs of a world carry their payloads in their items. */
const notKept = async (): Promise<never> => {
  throw new Error('a world has no place for large payloads: make those of its jobs small')
}

export const contextOver = ({ ground, clock, newToken, ask }: Surroundings): WorkerContext => ({
  config: ground.config,
  clock,
  store: storeOver(ask),
  payloads: { put: notKept, get: notKept },
  work: { send: async (messages) => void (await ask('work.send', messages)) },
  wake: { send: async (messages) => void (await ask('wake.send', messages)) },
  // Waits that are drawn at random are none: whatever may happen meanwhile may happen anyway.
  random: { number: () => 0, token: () => newToken() as Token },
  events: { emit: () => {} },
  deployment: ground.pauses === undefined ? UNTOUCHED : lookingAt(clock, ask),
})

const UNTOUCHED: Deployment = {
  isReplaced: async () => false,
  isAlone: async () => true,
  settings: async () => NO_SETTINGS,
}

/** Each execution is a process that has just begun: it looks at what is set for queues itself, and again after a while. */
const lookingAt = (clock: Clock, ask: Ask): Deployment =>
  deploymentOf('as it is', {
    log: { read: async () => undefined, write: async () => true },
    settings: () => storeOver(ask).states.queueSettings(),
    clock,
    events: { emit: () => {} },
  })

/** Every verb that the memory store has, of whatever part. */
const VERBS = Object.entries(memoryStore()).map(([part, verbs]) => [part, Object.keys(verbs)] as const)

interface Entries {
  readonly pauses: readonly [string, QueuePause][]
  readonly limits: readonly [string, QueueLimits][]
}

function storeOver(ask: Ask): Store {
  const parts = VERBS.map(([part, verbs]) => [
    part,
    Object.fromEntries(verbs.map((verb) => [verb, (...args: unknown[]) => ask(`${part}.${verb}`, ...args)])),
  ])
  const store = Object.fromEntries(parts) as Store
  // A map is no JSON: the world answers with its entries.
  const queueSettings = async (): Promise<QueueSettings> => {
    const { pauses, limits } = (await ask('states.queueSettings')) as Entries
    return { pauses: new Map(pauses), limits: new Map(limits) }
  }
  return { ...store, states: { ...store.states, queueSettings } }
}
