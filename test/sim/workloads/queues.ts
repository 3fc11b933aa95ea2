/** The queues of a run: every size of limit. */
import type { Config, ConfigInput, QueueInput } from '../../../lib/core/queue/config.ts'
import type { SharedLimitsInput } from '../../../lib/core/queue/shared-limits-input.ts'
import type { SimRandom } from '../world/random.ts'
import { USUAL } from './hostile.ts'
import { drawTags } from './labels.ts'

export interface QueuePlan {
  readonly name: string
  readonly partitioned: boolean
  readonly input: QueueInput
  readonly config: Config['queues'][string]
}

const CONCURRENCIES = [undefined, 0, 1, 1, 1, 2, 2, 3, 5, 12, 25] as const
const RATES = [undefined, undefined, 1, 2, 3, 5, 40] as const
/** Of a handler. */
export const LONGEST_TIMEOUT_MS = 30_000
/** Few outcomes, so that it throttles often. */
export const ADAPTIVE = { outcomes: 4, minimumOutcomes: 2, most: 8 } as const
const PERIODS_MS = [1000, 5000, 20_000, 60_000] as const

/** The queues of the first version. */
export const drawQueues = (random: SimRandom): Readonly<Record<string, QueueInput>> =>
  Object.fromEntries(Array.from({ length: random.int(1, 3) }, (_, n) => [`q${n}`, drawQueue(random)]))

/** Limits that queues share. */
export type PoolsPlan = NonNullable<ConfigInput['pools']>

export const POOL = 'p'
/** So many starts that all jobs of a run are made in time, and so few that they wait. */
const SHARED_RATES = [2, 3, 5, 8, 40] as const
const SHARED_PERIODS_MS = [1000, 2000, 5000] as const

const drawSharedRate = (random: SimRandom) => ({
  rateLimit: {
    allowed: random.pick(SHARED_RATES),
    period: random.pick(SHARED_PERIODS_MS),
    ...(random.chance(0.3) ? { margin: random.pick([0, 500]) } : {}),
  },
})

/** A number of units, a rate, or both. */
function drawShared(random: SimRandom, most: number): SharedLimitsInput {
  const concurrency = random.int(1, most)
  if (random.chance(0.5)) return { concurrency }
  return random.chance(0.4) ? drawSharedRate(random) : { concurrency, ...drawSharedRate(random) }
}

/**
 * The same queues, of which some have a total, of which partitions are guaranteed a part, or share a pool, in which a job of
 * each weighs and costs as much as it may.
 */
export function drawLimiters(random: SimRandom, queues: Readonly<Record<string, QueueInput>>) {
  const pool: PoolsPlan[string] = drawShared(random, 6)
  const { concurrency = 1, rateLimit } = pool
  const covered = Object.entries(queues).map(([name, queue]) => {
    const total = random.chance(0.4) ? { total: drawShared(random, 5) } : {}
    const use = {
      weight: random.int(1, Math.min(3, concurrency)),
      cost: random.int(1, Math.min(3, rateLimit?.allowed ?? 1)),
    }
    const pools = random.chance(0.6) ? { pools: { [POOL]: use } } : {}
    const guaranteed = drawGuaranteed(random, queue, total.total?.concurrency)
    return [name, { ...queue, ...drawRule(random, queue), ...total, ...guaranteed, ...pools }] as const
  })
  return { queues: Object.fromEntries(covered), pools: { [POOL]: pool }, tags: drawTags(random) }
}

/** By task, which all jobs have, or by what all payloads of a run say. */
type Rule = NonNullable<NonNullable<QueueInput['rateLimit']>['partition']>
const RULES: readonly [Rule, ...Rule[]] = ['task', { payload: 'region' }, { payload: 'region', task: true }]

/** A rate that goes by another rule than the partition. */
const drawRule = (random: SimRandom, { minInterval }: QueueInput): Pick<QueueInput, 'rateLimit'> =>
  minInterval !== undefined || !random.chance(0.25)
    ? {}
    : { rateLimit: { ...drawSharedRate(random).rateLimit, partition: random.pick(RULES) } }

/** Something is always left to the others, or they would never run. */
function drawGuaranteed(
  random: SimRandom,
  { partition, concurrency }: QueueInput,
  total = 0,
): Pick<QueueInput, 'guaranteed'> {
  let left = total - 1
  if (!partition || concurrency === 0 || left < 1 || random.chance(0.3)) return {}
  const guaranteed: Record<string, number> = {}
  for (const tenant of random.chance(0.5) ? USUAL.slice(0, 1) : USUAL.slice(1)) {
    const units = random.int(0, Math.min(left, concurrency ?? left))
    if (units > 0) guaranteed[tenant] = units
    left -= units
  }
  return { guaranteed }
}

export function drawQueue(random: SimRandom): QueueInput {
  const concurrency = random.pick(CONCURRENCIES)
  const allowed = random.pick(RATES)
  const period = random.pick(PERIODS_MS)
  const margin = random.pick([undefined, undefined, 0, 1000, 5000])
  const queue: QueueInput = {
    ...(random.chance(0.6) ? { partition: { payload: 'tenant' } } : {}),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(allowed === undefined
      ? {}
      : { rateLimit: { allowed, period, ...(margin === undefined ? {} : { margin }) } }),
    retry: {
      attempts: random.int(1, 4),
      backoff: random.pick([0, 0, 100, 1000, 30_000]),
      factor: random.pick([1, 2, 10]),
      maxBackoff: random.pick([1000, 60_000, 1_200_000]),
      jitter: random.pick([0, 0.5, 1]),
    },
    timeout: random.pick([2000, 10_000, LONGEST_TIMEOUT_MS]),
    shards: drawShards(random),
    ...(concurrency === 2 || concurrency === 12 ? { adaptive: ADAPTIVE } : {}),
  }
  const drawn = allowed === 2 && margin === undefined ? withInterval(queue, period) : queue
  return isBatched(queue) ? { ...drawn, batch: drawBatch(queue) } : drawn
}

type Retry = NonNullable<QueueInput['retry']>

/** By what has been drawn, so that all other worlds stay as they are. */
const isBatched = ({ retry }: QueueInput): boolean => retry?.factor === 10 && retry.maxBackoff !== 1000

const WAITS_MS = [0, 400, 5000, 30_000] as const

function drawBatch({ retry = {}, timeout }: QueueInput): NonNullable<QueueInput['batch']> {
  const { attempts = 1, jitter = 0 }: Retry = retry
  return {
    size: attempts + 1 + (jitter === 1 ? 4 : 0),
    wait: WAITS_MS[(attempts + Number(timeout) / 1000) % 4] ?? 0,
    ...(jitter === 1 && attempts > 1 ? { by: RULES[attempts % RULES.length] } : {}),
  }
}

/** What a deploy changes, takes away or leaves as it is, and a roll-back brings: what the jobs of a call share. */
export const rebatched = ({ batch, ...queue }: QueueInput, concurrency: number): QueueInput => {
  if (!batch?.by) return { ...queue, ...(batch ? { batch } : {}) }
  return { ...queue, batch: { ...batch, by: [batch.by, ...RULES, undefined][concurrency % 5] } }
}

/** What is kept outside of an item says nothing of the lane that it belongs to. */
export const isRuledByPayload = ({ config: { rateRule, batchKey } }: QueuePlan): boolean =>
  [rateRule, batchKey].some((own) => own?.rule.source === 'payload')

/** Some rates are intervals instead, from short ones to long ones. */
function withInterval(
  { rateLimit: _, shards: _shards, ...queue }: QueueInput,
  period_ms: number,
): QueueInput {
  return { ...queue, minInterval: Math.max(100, period_ms / 20) }
}

/** More than a limit has units too: then the shards take turns. */
export const drawShards = (random: SimRandom): number => (random.chance(0.5) ? random.int(2, 6) : 1)
