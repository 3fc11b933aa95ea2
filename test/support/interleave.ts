/** Interleavings in the memory world: something happens between two calls, handlers last, time goes on. */
import type { TaskOutcome } from '../../lib/core/job/ending.ts'
import type { LimitOverride } from '../../lib/core/limits/limits.ts'
import type { WorkMessage } from '../../lib/ports/queues.ts'
import type { StateStore } from '../../lib/ports/states.ts'
import { overrideLimits } from '../../lib/use-cases/operate/set-limits.ts'
import type { World } from './world.ts'

/** Does something before the next call of a verb. */
export function ahead(world: World, verb: keyof StateStore, action: () => Promise<unknown>): void {
  const { states } = world.context.store
  const original = states[verb]
  const replaced = async (...given: unknown[]) => {
    Object.assign(states, { [verb]: original })
    await action()
    return Reflect.apply(original, states, given)
  }
  Object.assign(states, { [verb]: replaced })
}

export function setLimits(world: World, limits: LimitOverride | undefined): Promise<void> {
  const queue = world.context.config.queues['crm']
  if (!queue) throw new Error('no queue')
  return overrideLimits(world.context, queue, 'acme', limits)
}

/** Handlers of these jobs run until they are told to end. */
export function longRunning(world: World, isLong: (id: string) => boolean): () => void {
  world.remaining_ms = 14 * 60_000
  const ends: (() => void)[] = []
  world.handler = (job) =>
    isLong(job.id)
      ? new Promise<TaskOutcome>((resolve) => ends.push(() => resolve({ kind: 'succeeded' })))
      : Promise.resolve({ kind: 'succeeded' })
  return () => {
    for (const end of ends.splice(0)) end()
  }
}

/** As `settle` of the world, but waits for no handler. */
export async function deliver(world: World): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const streamed = await world.stream()
    const messages = world.takeWork()
    for (const message of messages) void world.work(message)
    for (let n = 0; n < 1000; n++) await Promise.resolve()
    const woken = await world.wake()
    if (streamed.length + messages.length + woken === 0 && round > 1) return
  }
}

export async function live(world: World, duration_ms: number): Promise<void> {
  const end = world.now + duration_ms
  await deliver(world)
  for (let next = world.nextWake; next !== undefined && next <= end; next = world.nextWake) {
    world.now = Math.max(next, world.now)
    await deliver(world)
  }
  world.now = Math.max(world.now, end)
}

/** Workers die in the handlers of these messages: their slots stay taken until their deadlines. */
export async function dieOf(world: World, messages: readonly WorkMessage[]): Promise<void> {
  const { handler } = world
  world.handler = () => Promise.reject(new Error('killed'))
  for (const message of messages) await world.work(message).catch(() => undefined)
  world.handler = handler
}
