/** AWS as it is on a good day: published latencies, warm environments, keys that are throttled, and nothing else amiss. */
import { STREAM_SHARDS } from '../../cdk/concurrency.ts'
import { BRIEF, callOptions } from '../../lib/lambda/clients.ts'
import type { FunctionName } from '../../test/sim/world/invocation.ts'
import type { SimRandom } from '../../test/sim/world/random.ts'
import type { Surroundings } from '../../test/sim/world/surroundings.ts'
import { drawTime, LATENCIES } from './latencies.ts'
import type { WarmPool } from './warm-pool.ts'

/** Lambda polls a stream four times a second: what came in one quarter of it comes together. */
const POLL_MS = 250

export function publishedSurroundings(
  pool: WarmPool,
  { streamLanes, wake }: { readonly streamLanes: number; readonly wake: number },
): Surroundings {
  return {
    legs: (random) => (op) => oneWay(random, op),
    start_ms: (random, fn) => coldStart(random, fn, pool),
    message_ms: (random) => drawTime(random, LATENCIES.sqsToLambda),
    receive_ms: () => 0,
    // Not promised, but what a standard queue mostly does.
    next: () => 0,
    record_ms: polls(),
    read_ms: () => 0,
    streamLanes: streamLanes * STREAM_SHARDS,
    wakeConcurrency: wake,
    retries: callOptions(BRIEF).maxAttempts - 1,
    throttlesKeys: true,
  }
}

/** Request and reply take half of a call each. */
function oneWay(random: SimRandom, op: string): number {
  const { p50_ms, p99_ms } = op.startsWith('send') ? LATENCIES.sqsSend : LATENCIES.dynamodb
  return drawTime(random, { p50_ms: p50_ms / 2, p99_ms: p99_ms / 2 })
}

/** Clients are somebody else's processes, and run already. */
function coldStart(random: SimRandom, fn: FunctionName, pool: WarmPool): number {
  return fn === 'client' || pool.take(fn) ? 0 : drawTime(random, LATENCIES.coldStart)
}

/** The records that one poll of a lane brings take equally long. */
function polls(): Surroundings['record_ms'] {
  const last = new Map<number, { readonly poll: number; readonly takes_ms: number }>()
  return (random, lane, now) => {
    const poll = Math.floor(now / POLL_MS)
    const known = last.get(lane)
    if (known?.poll === poll) return known.takes_ms
    const takes_ms = drawTime(random, LATENCIES.streamToLambda)
    last.set(lane, { poll, takes_ms })
    return takes_ms
  }
}
