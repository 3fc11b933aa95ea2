/** Worlds in which something is set for a whole queue: `crm`, beside a queue that is left alone. */
import type { ShardKey } from '../../lib/core/keys.ts'
import {
  type ConfigInput,
  defineConfig,
  type QueueConfig,
  type QueueInput,
} from '../../lib/core/queue/config.ts'
import type { DelayedWake } from '../../lib/ports/queues.ts'
import { jobItem } from './builders.ts'
import { World } from './world.ts'

export const BY_CUSTOMER = { partition: { payload: 'customer' } } as const
export type Queue = QueueInput<'hubspot'>
export type Rest = Partial<ConfigInput<string, 'hubspot'>>

export const worldOf = (queue: Queue, rest: Rest = {}): World =>
  new World(defineConfig({ ...rest, queues: { crm: { ...BY_CUSTOMER, ...queue }, free: BY_CUSTOMER } }))

export function crm({ context }: Pick<World, 'context'>): QueueConfig {
  const { crm: queue } = context.config.queues
  if (!queue) throw new Error('there is no such queue')
  return queue
}

export const job = (pk: string, id: string, extra: object = {}) => ({
  ...jobItem({ pk: pk as ShardKey, id, payload: { customer: pk.split('|')[1] ?? '' } }),
  ...extra,
})

/** The State table comes in pages of two items. */
export function inPagesOfTwo({ context: { store } }: World): void {
  const scan = store.states.scan.bind(store.states)
  Object.assign(store.states, { scan: (query: object) => scan({ ...query, limit: 2 }) })
}

/** A queue of wake-ups that only notes when each is sent. */
export function notedWakes(world: World) {
  const sentAt: number[] = []
  const send = async (wakes: readonly DelayedWake[]) => void wakes.map(() => sentAt.push(world.now))
  return { sentAt, wake: { send } }
}
