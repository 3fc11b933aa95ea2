/** The customers, the plans that they pay for, and how many jobs each of them has. */
import type { Config } from '../lib/index.ts'
import type { CrmLimits } from './limits.ts'

export interface Customer {
  readonly id: string
  readonly plan: string
  readonly limits: CrmLimits
  readonly jobs: number
}

const PERIOD_MS = 2000

/** All but `pro` are set at run time; `pro` is what the configuration says. */
export const PLANS = {
  enterprise: { concurrency: 6, allowed: 60, period_ms: PERIOD_MS },
  pro: { concurrency: 3, allowed: 20, period_ms: PERIOD_MS },
  /** A small machine in the customer's cellar: one call after the other, as often as one likes. */
  'on-premises': { concurrency: 1, allowed: 100, period_ms: PERIOD_MS },
  free: { concurrency: 2, allowed: 5, period_ms: PERIOD_MS },
} satisfies Record<string, CrmLimits>
type Plan = keyof typeof PLANS

/** The plan of the customer with the nth most jobs. */
function planOf(rank: number): Plan {
  if (rank <= 2) return 'enterprise'
  if (rank <= 8) return 'pro'
  return (['free', 'on-premises', 'pro'] as const)[rank % 3] ?? 'pro'
}

export function createCustomers(count: number, jobs: number): Customer[] {
  return zipfShares(count, jobs).map((share, index) => {
    const plan = planOf(index + 1)
    return { id: nameOf(index), plan, limits: PLANS[plan], jobs: share }
  })
}

/** The nth gets a share of 1/n. Everybody gets at least one, while there are enough. */
export function zipfShares(count: number, total: number): number[] {
  const ranks = Array.from({ length: count }, (_, index) => index + 1)
  const harmonic = ranks.reduce((sum, rank) => sum + 1 / rank, 0)
  const spread = Math.max(0, total - count)
  const shares = ranks.map((rank) => Math.min(1, total / count) + spread / rank / harmonic)
  // Rounding the running sum keeps the total exact.
  let sum = 0
  return shares.map((share) => {
    const before = Math.round(sum)
    sum += share
    return Math.round(sum) - before
  })
}

/** Whose limits have to be set because they differ from the queue's. */
export function overriddenCustomers(customers: readonly Customer[], config: Config<'crm'>): Customer[] {
  const { concurrency, rateLimit } = config.queues.crm
  return customers.filter(
    ({ limits }) =>
      limits.concurrency !== concurrency ||
      limits.allowed !== rateLimit?.allowed ||
      limits.period_ms !== rateLimit.period_ms,
  )
}

const NAMES =
  'globex initech acme hooli umbra stark wonka tyrell cyberdyne soylent oscorp wayne aperture massive virtucon ' +
  'gringotts duff prestige vandelay dunder pied-piper sirius nakatomi monarch bluth sterling weyland omni zorg ' +
  'spacely cogswell krusty octan rekall sombra abstergo vault-tec lexcorp kruger buynlarge'
const names = NAMES.split(' ')

const nameOf = (index: number): string => names[index] ?? `customer-${index + 1}`
