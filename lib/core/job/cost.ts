/**
 * What a job costs: as how many starts it counts against its partition's rate, if its queue says `costs`, and against the rates
 * of its pools and tags, unless those count how many start. Without one it counts as one start, or as its queue says of a pool.
 */
import { parseShard, type Shard } from '../keys.ts'
import { isRateOfPartition } from '../limits/limiter-name.ts'
import { costIn, type SharedRate } from '../limits/shared-rate.ts'
import { type Config, queueNamed } from '../queue/configured.ts'
import { ratesWithOwn } from '../queue/covering.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'

export interface Costly {
  readonly cost?: number
}

/** Those that count what the jobs of a shard cost, as configured. */
function ratesOf(config: Config, shard: Shard): readonly SharedRate[] {
  const queue = queueNamed(config, shard.queue)
  // A batch is one start, whatever its jobs say.
  if (queue?.batch) return []
  const own = queue?.costs ? queue.rateLimit : undefined
  return ratesWithOwn(config, shard, own).filter(({ countsStarts }) => !countsStarts)
}

/** Why a job that costs so much could never start by this configuration. A rate of 0 pauses, and says nothing. */
export function costProblem(config: Config, shard: Shard, cost: number | undefined): string | undefined {
  if (cost === undefined) return undefined
  const tooSmall = ratesOf(config, shard).find(({ rateLimit: { allowed } }) => allowed > 0 && cost > allowed)
  return tooSmall && `a job that costs ${cost} could never start: ${text(tooSmall)}`
}

/** Where that can be said of one rate alone. */
const TO_COUNT_STARTS = '; costs: false there has it count how many start'

function text({ name, rateLimit: { allowed, period_ms } }: SharedRate): string {
  const [kind, ...rest] = name.split('|')
  const whose = isRateOfPartition(name) ? 'its partition' : `${kind} "${rest.join('|')}"`
  const advice = kind === 'rate' || kind === 'total' ? '' : TO_COUNT_STARTS
  return `the rate of ${whose} is ${allowed} in ${period_ms / 1000} s${advice}`
}

/** What the item of a new job says of it: nothing, if that makes no difference. */
export function costOfNew(config: Config, pk: string, cost: number | undefined): Parsed<Costly> {
  const shard = parseShard(pk)
  if (cost === undefined || !shard.ok) return parsed({})
  const rates = ratesOf(config, shard.value)
  if (cost === 1 && rates.every((rate) => costIn(rate, pk) === 1)) return parsed({})
  if (rates.length === 0)
    return refused(
      `nothing counts what it costs: say costs: true of queue "${shard.value.queue}", which needs a rate, or give it a pool with one that counts costs`,
    )
  const problem = costProblem(config, shard.value, cost)
  return problem === undefined ? parsed({ cost }) : refused(problem)
}
