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

function remembering({ input, queues, changed, ...version }: Version, names: readonly string[]): Version {
  const remember = (config: Config): Config => {
    const known = Object.entries(config.queues).map(([name, queue]): [string, QueueConfig] => [
      name,
      names.includes(name) ? { ...queue, history_ms: DAY_MS } : queue,
    ])
    return { ...config, queues: Object.fromEntries(known) }
  }
  const config = remember(version.config)
  const plans = queues.map((plan) => ({ ...plan, config: config.queues[plan.name] ?? plan.config }))
  return { input, config, queues: plans, changed: (other) => remember(changed(other)) }
}
