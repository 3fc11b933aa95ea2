/** Queues that remember the jobs that have ended: in every version, so that a job is remembered whoever ends it. */
import type { Config, QueueConfig } from '../../../lib/core/queue/config.ts'
import type { SimRandom } from '../world/random.ts'
import type { Plan } from './plan.ts'
import type { Version } from './versions.ts'

const DAY_MS = 86_400_000

/** Some of their names, or all: a queue that comes with a deploy has one of them. */
const NAMES: readonly [readonly string[], ...(readonly string[])[]] = [
  ['q0'],
  ['q0', 'q2', 'n1'],
  ['q0', 'q1', 'q2', 'n0', 'n1'],
]

export function withHistory(random: SimRandom, [first, ...later]: Plan['versions']): Plan['versions'] {
  const names = random.pick(NAMES)
  return [remembering(first, names), ...later.map((version) => remembering(version, names))]
}

function remembering({ input, config, queues }: Version, names: readonly string[]): Version {
  const known = new Map(
    Object.entries(config.queues).map(([name, queue]) => [
      name,
      names.includes(name) ? { ...queue, history_ms: DAY_MS } : queue,
    ]),
  )
  const changed: Config = { ...config, queues: Object.fromEntries(known) as Record<string, QueueConfig> }
  return {
    input,
    config: changed,
    queues: queues.map((plan) => ({ ...plan, config: known.get(plan.name) ?? plan.config })),
  }
}
