/** What the checks have to know of what has been. */
import type { RateLimit } from '../../../lib/core/limits/limits.ts'
import { type Config, queueNamed } from '../../../lib/core/queue/config.ts'
import type { RunOf } from '../process/roles.ts'
import type { Past, State } from '../state/state.ts'
import type { World } from '../world.ts'
import { startsOf } from './starts.ts'

/** The rate of a partition, of a value of a rule, or one that queues share, by its name. */
export function rateNamed({ queues }: Config, name: string): RateLimit | undefined {
  const [, ruled] = /^rate\|([^:]+):/.exec(name) ?? []
  if (ruled !== undefined) return queues[ruled]?.rateRule?.rateLimit
  const shared = Object.values(queues).flatMap(({ rates }) => rates)
  return shared.find((one) => one.name === name)?.rateLimit ?? queues[name.split('|')[0] ?? '']?.rateLimit
}

export const IN_A_BATCH = ' in a batch'

/** A call of a handler, with a job or with a batch of them. A batch that dies spends no attempt of its jobs: each comes again, alone. */
export function noteBegin(state: State, config: Config, runs: readonly [RunOf, ...RunOf[]]): void {
  const { begun, starts } = state.past
  const made = runs.map((run) => nameOf(run) + (runs.length > 1 ? IN_A_BATCH : ''))
  const twice = runs
    .filter((run) => wasMade(state, run, runs.length))
    .map((run) => `I4 ${nameOf(run)} runs twice`)
  state.broken = [...state.broken, ...twice, ...tooMany(config, runs)]
  const times = startsOf(state.tables, config, runs[0]).map(({ name, units }) => {
    return [name, [...(starts.get(name) ?? []), ...Array<number>(units).fill(state.now)]] as const
  })
  state.past = {
    ...state.past,
    begun: new Set([...begun, ...made]),
    starts: new Map([...starts, ...times]),
  }
}

const nameOf = ({ id, attempt }: RunOf): string => `${id} (attempt ${attempt})`

/** Of how many jobs: a dead batch leaves jobs behind that say they are to be tried by themselves. */
function wasMade({ past: { begun }, tables }: State, run: RunOf, ofJobs: number): boolean {
  const wasInABatch = begun.has(nameOf(run) + IN_A_BATCH)
  const isToBeAlone = ofJobs === 1 && tables.jobs.get(run.pk)?.get(run.sk)?.['alone'] === true
  return begun.has(nameOf(run)) || (wasInABatch && !isToBeAlone)
}

function tooMany(config: Config, [{ pk }, ...others]: readonly [RunOf, ...RunOf[]]): string[] {
  const size = queueNamed(config, pk.split('|')[0] ?? '')?.batch?.size ?? 1
  const strange = others
    .filter((one) => one.pk !== pk)
    .map(({ id }) => `I1 ${id} is called with jobs of ${pk}`)
  return others.length < size
    ? strange
    : [...strange, `I1 ${others.length + 1} jobs are one call, a batch has ${size}`]
}

export function noteSuccess(state: State, runs: readonly RunOf[]): void {
  const succeeded = new Set([...state.past.succeeded, ...runs.map(({ id }) => id)])
  state.past = { ...state.past, succeeded }
}

/** No window reaches further back, and states that differ in nothing else are one. */
export function forgetStarts(past: Past, { config }: World, now: number): Past {
  if (past.starts.size === 0) return past
  const kept = [...past.starts].flatMap(([name, times]): [string, number[]][] => {
    const rate = rateNamed(config, name)
    const later = rate ? times.filter((time) => time > now - rate.period_ms) : []
    return later.length > 0 ? [[name, later]] : []
  })
  return { ...past, starts: new Map(kept) }
}
