/** New or changed items in the Jobs table: visit every shard that got something to do, refuse what can never run. */

import { keyText, parseJob, type RawItem } from '../core/job/job.ts'
import type { ShardKey } from '../core/keys.ts'
import { forEachSideBySide } from '../core/side-by-side.ts'
import type { Context } from './context.ts'
import { judgeStanding } from './judge.ts'
import { pass } from './pass/pass.ts'
import { wakeSoon } from './wake.ts'

export type Arrival<Id> = { readonly id: Id; readonly item: RawItem }

/** Visited simultaneously; each visit waits for the database most of its time. */
const SHARDS_SIDE_BY_SIDE = 16

/** Returns the ids of the arrivals that have to be delivered again. */
export async function arrive<Id>(context: Context, arrivals: readonly Arrival<Id>[]): Promise<Id[]> {
  const failed: Id[] = []
  const isSound = ({ item }: Arrival<Id>): boolean => {
    const job = parseJob(context.config, item)
    // What another configuration would have accepted may run: a pass knows.
    return job.ok || job.isUnknown || job.byConfiguration === true
  }
  await visitAll(context, arrivals.filter(isSound), failed)
  const corrected: Arrival<Id>[] = []
  // Good jobs first: a flood of malformed ones delays nobody.
  await forEachSideBySide(
    byKey(arrivals.filter((arrival) => !isSound(arrival))),
    SHARDS_SIDE_BY_SIDE,
    async (same) => {
      // The image of the stream is old: the item may have been corrected, and what stands there now is judged.
      const isGood = await succeeds(context, async () => {
        if (same[0] && (await judgeStanding(context, same[0].item))) corrected.push(...same)
      })
      if (!isGood) failed.push(...same.map(({ id }) => id))
    },
  )
  await visitAll(context, corrected, failed)
  return failed
}

async function visitAll<Id>(context: Context, arrivals: readonly Arrival<Id>[], failed: Id[]): Promise<void> {
  const shards = Map.groupBy(arrivals, ({ item }) => item.pk as ShardKey)
  await forEachSideBySide([...shards], SHARDS_SIDE_BY_SIDE, async ([shard, arrived]) => {
    if (!(await visitOrWake(context, shard, keysOf(arrived)))) failed.push(...arrived.map(({ id }) => id))
  })
}

const keysOf = <Id>(arrivals: readonly Arrival<Id>[]): string[] => arrivals.map(({ item }) => item.sk)

const byKey = <Id>(arrivals: readonly Arrival<Id>[]): Arrival<Id>[][] => [
  ...Map.groupBy(arrivals, ({ item }) => keyText(item)).values(),
]

/** One shard's trouble must not hold up the stream for all others: it goes to the wake queue, which tries again. */
async function visitOrWake(context: Context, shard: ShardKey, arrived: readonly string[]): Promise<boolean> {
  if (await succeeds(context, () => pass(context, { shard, arrived }), shard)) return true
  return succeeds(context, () => wakeSoon(context, shard), shard)
}

async function succeeds(
  { events }: Context,
  action: () => Promise<unknown>,
  shard?: ShardKey,
): Promise<boolean> {
  try {
    await action()
    return true
  } catch (error) {
    events.emit({ kind: 'arrival failed', shard, error })
    return false
  }
}
