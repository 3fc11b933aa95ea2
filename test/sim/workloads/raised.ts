/**
 * People who raise the rate of an app while jobs wait for slots that it does not give yet, and handlers so long that nothing else
 * would have anybody look at those jobs: whoever waits has to be told.
 */
import type { QueueInput } from '../../../lib/core/queue/config.ts'
import { untyped } from '../../support/untyped.ts'
import type { SimRandom } from '../world/random.ts'
import { APP, type AppRatePlan } from './app-rates.ts'
import { taskOf } from './handlers.ts'
import type { JobPlan, Plan } from './plan.ts'
import { LONGEST_TIMEOUT_MS } from './queues.ts'
import { versionOf } from './versions.ts'

/** Of the runs that have an app. */
const SHARE = 0.6
/** The same in all versions, and no other job is in it. */
export const LONG_QUEUE = 'long'
/** More than there are ever slots. */
const JOBS = 12
const ONE_SLOT = 5
const NINE_SLOTS = 180
/** So that the small number holds before the jobs come. */
const LOWERED_BEFORE_MS = 20_000

export interface Raised {
  versions(versions: Plan['versions']): Plan['versions']
  jobs(jobs: readonly JobPlan[], versions: Plan['versions']): readonly JobPlan[]
  rates(drawn: readonly AppRatePlan[], jobs: readonly JobPlan[]): readonly AppRatePlan[]
}

const NOBODY: Raised = {
  versions: (versions) => versions,
  jobs: (jobs) => jobs,
  rates: (drawn) => drawn,
}

export function drawRaised(random: SimRandom): Raised {
  if (!random.chance(SHARE)) return NOBODY
  const shards = random.pick([1, 1, 2])
  // The first job, of whatever queue, says when.
  const beginOf = (jobs: readonly JobPlan[]): number | undefined => jobs[0]?.at
  return {
    versions: ([first, ...others]) => [
      withQueue(first, shards),
      ...others.map((one) => withQueue(one, shards)),
    ],
    jobs: (jobs, versions) => [...jobs, ...longJobs(random, beginOf(jobs), versions)],
    rates: (drawn, jobs) =>
      [...drawn, ...raise(random, beginOf(jobs))].sort((one, other) => one.at - other.at),
  }
}

function withQueue({ input }: Plan['versions'][number], shards: number): Plan['versions'][number] {
  const queue: QueueInput = untyped({ app: APP, timeout: LONGEST_TIMEOUT_MS, shards })
  return versionOf({ ...input.queues, [LONG_QUEUE]: queue }, input.pools, input.tags, input.apps)
}

function longJobs(random: SimRandom, begin: number | undefined, [{ queues }]: Plan['versions']): JobPlan[] {
  const queue = queues.find(({ name }) => name === LONG_QUEUE)
  if (begin === undefined || !queue) return []
  return Array.from({ length: JOBS }, (_, n): JobPlan => {
    const at = begin + random.int(0, 1000)
    const takes_ms = random.int(LONGEST_TIMEOUT_MS - 1500, LONGEST_TIMEOUT_MS - 500)
    const handler = { bad: 0, how: 'throw', takes_ms } as const
    const job = { at, way: 'client', version: 0, queue, task: taskOf(LONG_QUEUE), tenant: '' } as const
    return { ...job, id: `long-${n}`, priority: 5, runAt: at, handler }
  })
}

/** When one runs, and all others wait. */
const raise = (random: SimRandom, begin: number | undefined): AppRatePlan[] =>
  begin === undefined
    ? []
    : [
        { at: begin - LOWERED_BEFORE_MS, rate: ONE_SLOT },
        { at: begin + random.int(1500, 4000), rate: NINE_SLOTS },
      ]
