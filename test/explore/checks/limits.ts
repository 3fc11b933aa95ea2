/** I1: no more jobs of a partition run, and no more of its slots are taken, than its concurrency allows. */
import { queueNamed } from '../../../lib/core/queue/config.ts'
import type { State } from '../state/state.ts'
import { partitionOf } from '../steps/past.ts'
import type { World } from '../world.ts'
import { runningIn } from './running.ts'

export function brokenLimits(state: State, { config }: World): string[] {
  const slots = [...state.tables.states.values()].flatMap(({ shard, slots }) =>
    Object.keys(slots).map(() => partitionOf(shard)),
  )
  const runs = runningIn(state).map(({ pk }) => partitionOf(pk))
  return [...new Set([...slots, ...runs])].flatMap((partition) => {
    const { concurrency = Number.POSITIVE_INFINITY } = queueNamed(config, partition.split('|')[0] ?? '') ?? {}
    const of = (all: readonly string[]) => all.filter((one) => one === partition).length
    const problems = [
      [of(runs), 'jobs run'],
      [of(slots), 'slots are taken'],
    ] as const
    return problems
      .filter(([count]) => count > concurrency)
      .map(([count, what]) => `I1 ${count} ${what} in ${partition}, and ${concurrency} may`)
  })
}
