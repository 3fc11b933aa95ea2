/** Operators who pause totals and pools, slow them down and set their units, while jobs wait for them; and take all of it back. */

import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import { paused, resumed } from '../../../lib/core/limits/pause.ts'
import { type LimiterName, limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import type { ConfigInput } from '../../../lib/core/queue/config.ts'
import { amendLimiter, setLimiter, slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { LimiterActPlan, Plan } from './plan.ts'
import { POOL } from './queues.ts'

/** Longer than any call of the one who has done it is on its way. */
export const SHORTEST_MS = 30_000

export function drawLimiterActs(
  random: SimRandom,
  versions: Plan['versions'],
  begin: number,
  end: number,
): LimiterActPlan[] {
  const [first, ...others] = namesIn(versions)
  if (first === undefined || random.chance(0.5)) return []
  return Array.from({ length: random.int(1, 4) }, () => ({
    at: random.int(begin, end),
    name: random.pick([first, ...others]),
    what: random.pick(['pause', 'slow', 'set'] as const),
    for_ms: random.int(SHORTEST_MS, 2 * SHORTEST_MS),
  }))
}

export const LONGER_MS = 150_000

/** Fewer units, or fewer starts, and not nothing. Of limits that some version has not it is not known what holds. */
export function withSets(
  random: SimRandom,
  acts: readonly LimiterActPlan[],
  versions: Plan['versions'],
): LimiterActPlan[] {
  const taken = new Set<string>()
  return acts.flatMap((act): LimiterActPlan[] => {
    const limits = lessThan(
      random,
      versions.map(({ input }) => limitsIn(input, act.name)),
    )
    // One at a time, so that what is set is known until it is lifted.
    if (taken.has(act.name) || !limits) return []
    taken.add(act.name)
    return [{ ...act, what: 'set', for_ms: LONGER_MS, limits }]
  })
}

type Shared = {
  readonly concurrency?: number | undefined
  readonly rateLimit?: { allowed: number; period: unknown } | undefined
}

function limitsIn({ queues, pools = {} }: ConfigInput, name: string): Shared {
  const total = queues[name.slice('total|'.length)]?.total
  const limit = name.startsWith('total|') ? total : pools[name.slice('pool|'.length)]
  return typeof limit === 'number' ? { concurrency: limit } : ((limit ?? {}) as Shared)
}

function lessThan(random: SimRandom, all: readonly Shared[]): LimitOverride | undefined {
  const least = Math.min(...all.map(({ concurrency }) => concurrency ?? 0))
  const [rate, ...others] = all.map(({ rateLimit }) => rateLimit)
  const isSame = rate !== undefined && others.every((one) => JSON.stringify(one) === JSON.stringify(rate))
  const units = least > 1 ? { concurrency: random.int(1, least - 1) } : {}
  const allowed = isSame ? random.int(MOST_COST, Math.max(MOST_COST, rate.allowed - 1)) : 0
  const starts = isSame ? { rateLimit: { allowed, period_ms: 2 * Number(rate.period) } } : {}
  const limits = { ...units, ...starts }
  return Object.keys(limits).length > 0 ? limits : undefined
}

/** With less than a job costs it would never start. */
const MOST_COST = 3

function namesIn(versions: Plan['versions']): LimiterName[] {
  const queues = versions.flatMap(({ input }) => Object.entries(input.queues))
  const totals = queues.flatMap(([name, { total }]) => (total === undefined ? [] : [totalOf(name)]))
  const isPooled = queues.some(([, { pools }]) => pools && Object.keys(pools).length > 0)
  return [...new Set([...totals, ...(isPooled ? [poolNamed(POOL)] : [])])]
}

type Act = (context: ReturnType<typeof contextOf>) => Promise<void>

export function applyLimiterAct(world: World, plan: LimiterActPlan): void {
  const until = world.scheduler.now + plan.for_ms
  const { hold, lift } = actsOf(plan, until)
  world.invoke(
    'admin',
    (by) => hold(contextOf(world, by)),
    ({ ok }) => {
      if (!ok) return
      if (plan.what !== 'set') world.emit({ kind: 'limiterHeld', name: plan.name, until })
      else if (plan.limits) world.emit({ kind: 'limiterSet', name: plan.name, limits: plan.limits })
    },
  )
  world.scheduler.after(plan.for_ms, () => liftSurely(world, plan, lift))
}

function actsOf(
  { name, what, limits = { concurrency: 0 } }: LimiterActPlan,
  until: number,
): { readonly hold: Act; readonly lift: Act } {
  switch (what) {
    case 'pause':
      return {
        hold: (context) => amendLimiter(context, name, paused({ by: 'operator' })),
        lift: (context) => amendLimiter(context, name, resumed),
      }
    case 'slow':
      return {
        hold: (context) => slowLimiter(context, name, { until, reason: 'as planned' }),
        lift: (context) => slowLimiter(context, name, undefined),
      }
    case 'set':
      // Less than any version has, so that nothing else is to be known of it.
      return {
        hold: (context) => setLimiter(context, name, limits),
        lift: (context) => setLimiter(context, name, undefined),
      }
  }
}

/** All have to finish in the end: it is said until it has been heard. */
function liftSurely(world: World, plan: LimiterActPlan, lift: Act): void {
  world.emit({ kind: 'limiterLifted', name: plan.name, what: plan.what })
  world.invoke(
    'admin',
    async (by) => {
      await lift(contextOf(world, by))
      return by
    },
    (outcome) => {
      if (outcome.ok) world.emit({ kind: 'limiterTold', name: plan.name, by: outcome.value })
      else world.scheduler.after(1000, () => liftSurely(world, plan, lift))
    },
  )
}

/** Whether somebody has just held it, or set less for it, as its item says. What is guaranteed of it holds nobody up. */
export const isHeld = ({ tables }: Pick<World, 'tables'>, name: string, since: number): boolean => {
  const { override = {}, slowed } = tables.states.get(limiterKey(name as LimiterName)) ?? {}
  const limits = [override.concurrency, override.rateLimit, override.paused]
  return limits.some((limit) => limit !== undefined) || (slowed?.until ?? 0) > since
}
