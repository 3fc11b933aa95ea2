/** Operators who pause totals and pools, slow them down and set their units, while jobs wait for them; and take all of it back. */
import { paused, resumed } from '../../../lib/core/limits/pause.ts'
import { type LimiterName, limiterKey, poolNamed, totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { amendLimiter, setLimiter, slowLimiter } from '../../../lib/use-cases/operate/set-limiter.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { LimiterActPlan, Plan } from './plan.ts'
import { POOL } from './queues.ts'

/** Longer than any call of the one who has done it is on its way. */
const SHORTEST_MS = 30_000

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
      if (ok && plan.what !== 'set') world.emit({ kind: 'limiterHeld', name: plan.name, until })
    },
  )
  world.scheduler.after(plan.for_ms, () => liftSurely(world, plan, lift))
}

function actsOf({ name, what }: LimiterActPlan, until: number): { readonly hold: Act; readonly lift: Act } {
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
        hold: (context) => setLimiter(context, name, { concurrency: 0 }),
        lift: (context) => setLimiter(context, name, undefined),
      }
  }
}

/** All have to finish in the end: it is said until it has been heard. */
function liftSurely(world: World, plan: LimiterActPlan, lift: Act): void {
  world.emit({ kind: 'limiterLifted', name: plan.name })
  world.invoke(
    'admin',
    (by) => lift(contextOf(world, by)),
    ({ ok }) => {
      if (!ok) world.scheduler.after(1000, () => liftSurely(world, plan, lift))
    },
  )
}

/** Whether somebody has just held it, as its item says. */
export const isHeld = ({ tables }: Pick<World, 'tables'>, name: string, since: number): boolean => {
  const { override, slowed } = tables.states.get(limiterKey(name as LimiterName)) ?? {}
  return override !== undefined || (slowed?.until ?? 0) > since
}
