/** Queues that may be full, and operators who count their jobs anew while others put and end them. */
import type { Config, QueueInput } from '../../../lib/core/queue/config.ts'
import { recount } from '../../../lib/use-cases/operate/recount.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { applyMaxSize } from './max-sizes.ts'
import type { Plan } from './plan.ts'
import { versionOf } from './versions.ts'

export interface RecountPlan {
  readonly at: number
  readonly queue: string
}

type Versions = Plan['versions']

/** So few that they are full all the time, and so many that their number has several parts. */
const SIZES = [1, 2, 3, 5, 8, 20, 110] as const

/** Of each version anew: a size is raised, lowered, brought and taken away by deploys. */
export function withSizes(random: SimRandom, versions: Versions): Versions {
  const [first, ...others] = versions.map(({ input }) => {
    const queues = Object.entries(input.queues).map(([name, queue]) => [name, sized(random, queue)] as const)
    return versionOf(Object.fromEntries(queues), input.pools, input.tags, input.apps)
  })
  return first ? [first, ...others] : versions
}

function sized(random: SimRandom, queue: QueueInput): QueueInput {
  if (random.chance(0.2)) return queue
  const [one, other] = [random.pick(SIZES), random.pick(SIZES)].sort((a, b) => a - b)
  if (!queue.partition || one === undefined || random.chance(0.5)) return { ...queue, maxQueueSize: other }
  return {
    ...queue,
    maxQueueSize: random.chance(0.5) ? { partition: one } : { queue: other, partition: one },
  }
}

export const isSizedIn = ({ queues }: Config, queue: string): boolean =>
  Object.hasOwn(queues, queue) && queues[queue]?.maxQueueSize !== undefined

export function drawRecounts(
  random: SimRandom,
  versions: Versions,
  begin: number,
  end: number,
): RecountPlan[] {
  const names = versions.flatMap(({ queues }) => queues.map(({ name }) => name))
  if (random.chance(0.5)) return []
  return Array.from({ length: random.int(1, 8) }, () => ({
    at: random.int(begin, end),
    queue: names[random.int(0, names.length - 1)] ?? 'q0',
  }))
}

/** All that people do to the numbers of jobs. */
export function applyToSizes(world: World): void {
  const { recounts = [], maxSizes = [] } = world.plan
  for (const one of recounts) world.scheduler.at(one.at, () => applyRecount(world, one))
  for (const one of maxSizes) world.scheduler.at(one.at, () => applyMaxSize(world, one))
}

const applyRecount = (world: World, { queue }: RecountPlan): void =>
  world.invoke('admin', (by) => recount(contextOf(world, by), queue))

/** Sets all numbers right that changes by hand have made wrong, once nothing else happens. */
export function recountAll(world: World): void {
  const numbers = [...(world.tables.sizes?.keys() ?? [])].map((pk) => pk.split('|').slice(1))
  for (const [queue = '', partition] of numbers)
    world.invoke('admin', (by) => recount(contextOf(world, by), queue, partition))
}
