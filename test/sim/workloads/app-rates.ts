/** Queues whose concurrency comes from the rate of an app, and operators who set that rate while jobs run. */
import { setAppRate } from '../../../lib/use-cases/operate/set-app-rate.ts'
import { untyped } from '../../support/untyped.ts'
import { contextOf } from '../world/context.ts'
import type { SimRandom } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { Plan } from './plan.ts'
import type { QueuePlan } from './queues.ts'
import { versionOf } from './versions.ts'

export const APP = 'a'
const FREQUENCY_S = 10
/** `max(1, floor(rate / (2 × frequency_s)))`, by the documentation. */
export const numberOf = (rate: number): number => Math.max(1, Math.floor(rate / (2 * FREQUENCY_S)))

export interface AppRatePlan {
  readonly at: number
  /** Calls in ten seconds: they give from 1 to 9 slots. */
  readonly rate: number
}

const drawRate = (random: SimRandom): number => random.pick([5, 20, 39, 40, 60, 100, 180])

/** The same queues in all versions, and the same rate: others are set at run time. */
export function withApps(random: SimRandom, versions: Plan['versions']): Plan['versions'] {
  const apps = { [APP]: { rate: drawRate(random), frequency_s: FREQUENCY_S } }
  const isMeant = random.chance(0.5) ? () => true : (name: string) => name.endsWith('0')
  const [first, ...others] = versions.map(({ input }) => {
    const queues = Object.entries(input.queues).map(([name, queue]) => {
      const { concurrency, ...rest } = queue
      const isDerived = concurrency !== undefined && concurrency > 0 && !queue.guaranteed && isMeant(name)
      return [name, isDerived ? { ...rest, app: APP } : queue] as const
    })
    return versionOf(untyped(Object.fromEntries(queues)), input.pools, input.tags, untyped(apps))
  })
  return first ? [first, ...others] : versions
}

/** Of each queue and version its own: more than small rates give, and less than large ones. */
export function withFloors(random: SimRandom, versions: Plan['versions']): Plan['versions'] {
  const [first, ...others] = versions.map(({ input }) => {
    const queues = Object.entries(input.queues).map(([name, queue]) => {
      const floor = random.int(2, 4)
      return [name, queue.app === APP ? { ...queue, floor } : queue] as const
    })
    return versionOf(untyped(Object.fromEntries(queues)), input.pools, input.tags, input.apps)
  })
  return first ? [first, ...others] : versions
}

export const isDerived = ({ config }: Pick<QueuePlan, 'config'>): boolean => config.derivation?.app === APP

export const drawAppRates = (random: SimRandom, begin: number, end: number): AppRatePlan[] =>
  Array.from({ length: random.int(1, 4) }, () => ({
    at: random.int(begin, end),
    rate: drawRate(random),
  })).sort((a, b) => a.at - b.at)

/** One after the other: each is said until it has been heard. */
export function applyAppRates(world: World, plans: readonly AppRatePlan[]): void {
  const [next, ...later] = plans
  if (next) world.scheduler.at(next.at, () => setSurely(world, next, () => applyAppRates(world, later)))
}

function setSurely(world: World, { at, rate }: AppRatePlan, done: () => void): void {
  world.emit({ kind: 'appRate', concurrency: numberOf(rate), isHeard: false })
  world.invoke(
    'admin',
    (by) =>
      setAppRate(contextOf(world, by), { app: APP, rate: { rate, frequency_s: FREQUENCY_S }, note: {} }),
    ({ ok }) => {
      if (!ok) {
        world.scheduler.after(1000, () => setSurely(world, { at, rate }, done))
        return
      }
      world.emit({ kind: 'appRate', concurrency: numberOf(rate), isHeard: true })
      done()
    },
  )
}
