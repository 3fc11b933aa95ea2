/** What limits a shard is read, and beside that the first of its jobs. */
import { limiterKey } from '../../core/limits/queue-limiter.ts'
import { limitersOverKey } from '../../core/queue/covering.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readCapacities } from '../lending/capacities.ts'
import type { Capacities } from '../lending/capacity.ts'
import type { SeenShard } from '../lending/served.ts'
import { type PagesAhead, readAhead } from '../pages-ahead.ts'
import { readsWhole } from './read-jobs.ts'
import { isUncertain, lateOf, type RoundRequest } from './request.ts'

export interface LimitsAndJobs {
  /** As `readCapacities` returns them. */
  readonly capacities: Capacities | 'stale' | undefined
  readonly ahead?: PagesAhead
}

export const NOTHING: LimitsAndJobs = { capacities: undefined }

/** @param known what has been read already */
export async function limitsAndJobs(
  context: Context,
  request: RoundRequest,
  state: ShardState,
  known: SeenShard | undefined,
): Promise<LimitsAndJobs> {
  const [capacities, ahead] = await Promise.all([
    readCapacities(context, state, known?.owners),
    known?.ahead ?? readBeside(context, request, state, known?.owners),
  ])
  return { capacities, ...(ahead ? { ahead } : {}) }
}

/** Only while an item of a limiter is being read: otherwise nothing is gained, and how much has to be read is known in a moment. */
async function readBeside(
  context: Context,
  request: RoundRequest,
  state: ShardState,
  owners: readonly ShardState[] = [],
): Promise<PagesAhead | undefined> {
  const known = new Set<string>(owners.map(({ shard }) => shard))
  const limiters = limitersOverKey(context.config, state.shard)
  if (limiters.every(({ name }) => known.has(limiterKey(name)))) return undefined
  const { released } = request
  const doubts = { late: lateOf(context.clock.now(), request), isUncertain: isUncertain(request) }
  const asRead = { state, recovered: new Set<never>(), ...(released ? { released } : {}) }
  const whole = readsWhole({ ...asRead, ...doubts })
  return readAhead(context, { ...asRead, whole, isOfServed: false })
}
