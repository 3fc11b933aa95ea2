/**
 * Clients and events that name a key for their job: an idempotency key, a unique key of each kind, or one that jobs are
 * debounced under. A few keys a queue, so that they meet each other's jobs while those wait, run or have ended.
 */
import type { EnqueueOptions } from '../../../lib/api/enqueue-options.ts'
import { toItem } from '../../../lib/api/new-item.ts'
import { JobExistsError } from '../../../lib/core/errors.ts'
import { QueueFullError } from '../../../lib/core/queue/full.ts'
import { putNew } from '../../../lib/use-cases/enqueue-once.ts'
import { keepPayload } from '../../../lib/use-cases/kept-payloads.ts'
import { untyped } from '../../support/untyped.ts'
import { contextOf } from '../world/context.ts'
import type { Invocation } from '../world/invocation.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { encoded } from './overrides.ts'
import type { JobPlan } from './plan.ts'

export type KeyRule =
  | { readonly kind: 'once'; readonly ttl_ms: number }
  | {
      readonly kind: 'unique'
      readonly while: 'waiting' | 'unfinished'
      readonly onCollision: 'skip' | 'replace'
    }
  | { readonly kind: 'debounce'; readonly wait_ms: number; readonly max_ms?: number }

/** The key that a job comes with, and all that is known of it beforehand. */
export interface Keyed {
  readonly key: string
  readonly rule: KeyRule
}

/** Rides in the payload, so that the observer knows who has asked for what, and when by whose clock. */
export interface Asked extends Keyed {
  readonly queue: string
  /** Epoch ms. */
  readonly at: number
}

const RULES = {
  once: { kind: 'once', ttl_ms: 60_000 },
  briefly: { kind: 'once', ttl_ms: 2000 },
  alone: { kind: 'unique', while: 'unfinished', onCollision: 'skip' },
  newest: { kind: 'unique', while: 'unfinished', onCollision: 'replace' },
  oneWaits: { kind: 'unique', while: 'waiting', onCollision: 'skip' },
  newestWaits: { kind: 'unique', while: 'waiting', onCollision: 'replace' },
  settled: { kind: 'debounce', wait_ms: 2000 },
  settledSoon: { kind: 'debounce', wait_ms: 3000, max_ms: 8000 },
} as const satisfies Record<string, KeyRule>
const NAMES = Object.keys(RULES) as [keyof typeof RULES, ...(keyof typeof RULES)[]]

/** In some runs; mostly so often that each job meets another. */
export function withKeys(random: SimRandom, jobs: readonly JobPlan[]): readonly JobPlan[] {
  const share = random.pick([0.3, 0.7, 1])
  const names = random.chance(0.5) ? NAMES : ([random.pick(NAMES)] as const)
  return jobs.map((job) => {
    if (!['client', 'event', 'eventTwice'].includes(job.way) || !random.chance(share)) return job
    const name = random.pick(names as typeof NAMES)
    const keyed: Keyed = { key: `${name}-${random.int(0, 1)}`, rule: RULES[name] }
    const { padding_kb: _, ...small } = job
    return { ...small, keyed }
  })
}

/** As its caller writes it. A debounced job says not when it starts. */
export function optionsOf({ keyed, at, runAt }: JobPlan): Partial<EnqueueOptions> {
  const time = runAt === at ? {} : { runAt }
  if (!keyed) return { runAt }
  const { key, rule } = keyed
  switch (rule.kind) {
    case 'once':
      return { ...time, idempotencyKey: key, idempotencyTtl: rule.ttl_ms }
    case 'unique':
      return { ...time, unique: { key, while: rule.while, onCollision: rule.onCollision } }
    case 'debounce':
      return {
        debounce: { key, wait: rule.wait_ms, ...(rule.max_ms === undefined ? {} : { max: rule.max_ms }) },
      }
  }
}

export const askedIn = ({ keyed, queue }: JobPlan, at: number): { readonly asked?: Asked } =>
  keyed ? { asked: { ...keyed, queue: queue.name, at } } : {}

/** `client.enqueue`, as it is: for a job with a key, or in a queue that may be full. */
export function enqueue(world: World, job: JobPlan, payload: object, index: number): void {
  world.invoke('client', async (by) => {
    world.emit({ kind: 'asks', by, version: job.version })
    try {
      await enqueueBy(world, by, job, { payload, name: `o${index}` })
    } catch (error) {
      if (error instanceof QueueFullError) {
        const { queue, partition, maxQueueSize: max } = error
        const place = partition === undefined ? queue : `${queue}|${encoded(partition)}`
        world.emit({ kind: 'full', by, place: `$size|${place}`, max })
      } else if (!(error instanceof JobExistsError)) throw error
    }
  })
}

interface Sent {
  readonly payload: object
  /** Names the ids and the marks that the client makes. */
  readonly name: string
}

async function enqueueBy(world: World, by: Invocation, job: JobPlan, { payload, name }: Sent): Promise<void> {
  const context = contextOf(world, by)
  const { config } = world.plan.versions[job.version] ?? world.plan.versions[0]
  let made = 0
  const preparation = {
    config,
    clock: context.clock,
    keepsPayloads: true,
    nextId: () => `${name}-${by.id}-${made++}`,
  }
  const { priority, ttl_ms: ttl, labels, id, queue, task } = job
  const { asked } = askedIn(job, context.clock.now())
  const options = { priority, ttl, ...labels, ...(asked ? {} : { id }), ...optionsOf(job) }
  const known = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const placed = await toItem(
    preparation,
    { name: task, queue: queue.name, payload: untyped(anything), handler: async () => {} },
    asked ? { ...payload, asked } : payload,
    known,
  )
  await keepPayload(context, placed)
  const there = await putNew(context.store, { ...placed, isNamed: !asked })
  if (asked) {
    const how = there === undefined ? 'put' : there.replaced ? 'replaced' : 'existing'
    world.emit({ kind: 'told', by, asked, how, job: there ?? placed.item })
  }
  world.emit({ kind: 'accepted', keys: [there ?? placed.item] })
}

const anything = {
  '~standard': { version: 1, vendor: 'sim', validate: (value: unknown) => ({ value }) },
}
