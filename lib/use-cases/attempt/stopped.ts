/**
 * Whether somebody has stopped what a claim is for since it was made: by a pause, a limit of 0, a slow-down. Then the job goes back, and
 * spends no attempt. What the shard's own item says is in the answer to its start, and costs nothing. All else is read beside that, and
 * only if the message has taken so long that whoever has stopped it may have been told that nothing of it starts any more.
 */
import { placeOf } from '../../core/job/job.ts'
import { parseShard, type ShardKey } from '../../core/keys.ts'
import { limitsInForce } from '../../core/limits/in-force.ts'
import { isOpen } from '../../core/limits/keeping.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { limiterKey } from '../../core/limits/queue-limiter.ts'
import { ownerOf } from '../../core/limits/shards.ts'
import type { Config } from '../../core/queue/config.ts'
import { limitersOverKey, ratesOverKey } from '../../core/queue/covering.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { NOTICED_AFTER_MS } from '../../core/times.ts'
import type { WorkMessage } from '../../ports/queues.ts'
import { asSet } from '../as-set.ts'
import type { Context } from '../context.ts'
import { readState } from '../read-state.ts'
import type { Invocation } from './invocation.ts'

/** What was read beside the start. */
export interface StopsSeen {
  /** With what is set for whole queues. */
  readonly config: Config
  /** The plain shard's item; of that itself absent. */
  readonly owner?: ShardState
  readonly limiters: readonly ShardState[]
}

type Claimed = Pick<WorkMessage, 'pk' | 'startAt'>

/** `undefined` if the claim is young; or if nothing can be read: then the job starts, as it was claimed. */
export async function lookForStops(
  context: Context,
  message: Claimed,
  invocation: Pick<Invocation, 'sentAt'>,
): Promise<StopsSeen | undefined> {
  if (context.clock.now() - claimedAt(message, invocation) <= NOTICED_AFTER_MS) return undefined
  try {
    return await readStops(context, message.pk)
  } catch (error) {
    context.events.emit({ kind: 'stops not read', shard: message.pk, error })
    return undefined
  }
}

/** At the latest. One that is sent again says when it was sent before. */
const claimedAt = (
  { startAt = Number.POSITIVE_INFINITY }: Claimed,
  { sentAt = 0 }: Pick<Invocation, 'sentAt'>,
): number => Math.min(sentAt, startAt)

async function readStops(context: Context, key: ShardKey): Promise<StopsSeen> {
  const { config, store } = context
  const shard = parseShard(key)
  const plain = shard.ok ? ownerOf(shard.value) : key
  const covering = [...limitersOverKey(config, key), ...ratesOverKey(config, key)]
  const names = [...new Set(covering.map(({ name }) => name))]
  const [set, owner, ...limiters] = await Promise.all([
    asSet(context),
    plain === key ? undefined : readState(store.states, plain),
    ...names.map((name) => readState(store.states, limiterKey(name))),
  ])
  return { config: set.config, ...(owner ? { owner } : {}), limiters }
}

/**
 * A young claim was made by what the configuration says, with what is set for its whole queue: only what its item says may be newer.
 * @param state the shard's item, with the start
 */
export function isStopped(
  { config, clock }: Pick<Context, 'config' | 'clock'>,
  state: ShardState,
  seen: StopsSeen | undefined,
): boolean {
  const shard = parseShard(state.shard)
  const queue = shard.ok ? placeOf(seen?.config ?? config, shard.value) : shard
  // Whoever does not know it leaves it to others.
  if (!shard.ok || !queue.ok) return false
  const now = clock.now()
  const isShut = (configured: Limits, item: ShardState) =>
    !isOpen({ limits: limitsInForce(configured, item, now) })
  const owner = ownerOf(shard.value) === state.shard ? state : seen?.owner
  if (owner && isShut(seen ? queue.value : {}, owner)) return true
  return (seen?.limiters ?? []).some((limiter) => isShut({}, limiter))
}
