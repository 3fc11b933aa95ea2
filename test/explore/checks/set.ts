/** I8: what a person has set at run time, beside a limit, holds from when he is told so. */
import { outstanding } from '../../../lib/core/limits/limiter.ts'
import { type LimiterName, limiterKey } from '../../../lib/core/limits/queue-limiter.ts'
import type { State } from '../state/state.ts'
import { partitionOf } from '../steps/starts.ts'
import type { World } from '../world.ts'
import { admittedAbove } from './limits.ts'

export const againstWhatWasSet = (before: State, after: State, world: World): string[] => [
  ...admittedAbove(before, after, world),
  ...lentOfGuaranteed(before, after, world),
  ...admittedAmidAPause(before, after),
]

const isPaused = ({ processes }: State, queue: string): boolean =>
  processes.some(({ point }) =>
    point.calls.some(({ op, args }) => op === 'paused' && args === JSON.stringify([queue])),
  )

/** Somebody has been told that the queue is paused, and has not resumed it. */
function admittedAmidAPause(before: State, after: State): string[] {
  const was = new Set(slotsOf(before))
  return slotsOf(after)
    .filter((slot) => !was.has(slot))
    .map((slot) => slot.split(/[|:]/)[0] ?? '')
    .filter((queue) => isPaused(before, queue))
    .map((queue) => `I8 a slot of ${queue} is taken while it is paused`)
}

const slotsOf = ({ tables }: State): string[] =>
  [...tables.states.values()].flatMap(({ shard, slots }) => Object.keys(slots).map((id) => `${shard}: ${id}`))

/**
 * Whoever borrows from then on leaves to each partition as many units as it lacks of those that it was guaranteed. What was lent
 * before may be used: it goes to that partition when it comes back.
 */
function lentOfGuaranteed(before: State, after: State, { config, sets }: World): string[] {
  if (!sets?.guaranteed || typeof sets.of !== 'string' || !before.past.isLimitSet) return []
  const [, queue = ''] = sets.of.split('|')
  const units = config.queues[queue]?.limiters.find(({ name }) => name === sets.of)?.concurrency ?? 0
  const [was, is] = [lentBy(before, sets.of), lentBy(after, sets.of)]
  const lacking = Object.entries(sets.guaranteed).map(([partition, own]) =>
    Math.max(0, own - (is.get(`${queue}|${partition}`) ?? 0)),
  )
  const got = [...is].filter(([partition, lent]) => lent > (was.get(partition) ?? 0))
  const isOwn = ([partition, lent]: readonly [string, number]) =>
    lent <= (sets.guaranteed?.[partition.split('|')[1] ?? ''] ?? 0)
  const [lent, kept] = [sumOf(is.values()), sumOf(lacking)]
  if (got.every(isOwn) || lent + kept <= units) return []
  return [`I8 ${lent} of ${units} units of ${sets.of} are lent, and ${kept} more are guaranteed`]
}

const sumOf = (numbers: Iterable<number>): number => [...numbers].reduce((sum, one) => sum + one, 0)

/** Partition → units of the limiter. */
function lentBy({ tables }: State, name: LimiterName): Map<string, number> {
  const loans = Object.entries(tables.states.get(limiterKey(name))?.books?.slots.loans ?? {})
  const partitions = Map.groupBy(loans, ([borrower]) => partitionOf(borrower))
  return new Map(
    [...partitions].map(([name, all]) => [name, sumOf(all.map(([, loan]) => outstanding(loan)))]),
  )
}
