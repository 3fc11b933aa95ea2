/** The jobs of a run: bursts and trickles, near and far delays, every way in, twins and handlers of every kind. */

import type { SimRandom } from '../world/random.ts'
import { drawBacklog } from './backlog.ts'
import { taskOf } from './handlers.ts'
import { drawId, drawTenants } from './hostile.ts'
import { drawLabels } from './labels.ts'
import type { HandlerFault, HandlerPlan, JobPlan, WayIn } from './plan.ts'
import { isRuledByPayload, type QueuePlan } from './queues.ts'
import { LONG_QUEUE } from './raised.ts'
import { taskOfVersion, type Version } from './versions.ts'

export type DrawnJob = Omit<JobPlan, 'version' | 'task' | 'labels'>
export type Tenants = readonly [string, ...string[]]

const WAYS: readonly [WayIn, ...WayIn[]] = [
  'client',
  'client',
  'client',
  'batch',
  'batch',
  'raw',
  'raw',
  'event',
  'eventTwice',
  'malformed',
  'malformedEvent',
]

export function drawJobs(
  random: SimRandom,
  versions: readonly [Version, ...Version[]],
  begin: number,
  end: number,
): JobPlan[] {
  const jobs: JobPlan[] = []
  const tenants = drawTenants(random)
  // Clients and databases that are used to large payloads: such runs are few, for they take long.
  const most_kb = random.chance(0.1) ? random.pick([20, 100, 300]) : 0
  // All of them as large as they may be: then one partition key takes more units than it has.
  const least_kb = most_kb > 0 && random.chance(0.4) ? most_kb : 1
  // A deploy by which a rate goes by what is kept outside of the items makes dead letters of these, as is written down.
  const isValueKnown = versions.length === 1 || !versions.some(({ queues }) => queues.some(isRuledByPayload))
  for (let bursts = random.int(1, 6); bursts > 0; bursts--) {
    const version = random.int(0, versions.length - 1)
    const queue = randomQueue(random, versions[version] ?? versions[0])
    if (!queue) continue
    const draw = random.pick([
      drawTrain,
      drawFlaky,
      drawTwins,
      drawBacklog,
      drawBurst,
      drawBurst,
      drawBurst,
      drawBurst,
      drawBurst,
    ])
    for (const drawn of draw(random, queue, random.int(begin, end), end, tenants)) {
      const id = drawn.id === '' ? drawId(random, jobs.length) : drawn.id
      const job = {
        ...drawn,
        id,
        version,
        task: drawTask(random, queue, version),
        ...labelsOf(random, versions[version] ?? versions[0]),
        ...(most_kb > 0 && isValueKnown ? { padding_kb: random.skewed(least_kb, most_kb) } : {}),
      }
      jobs.push(job)
      if (random.chance(0.08)) jobs.push(twinOf(random, job))
    }
  }
  return jobs
}

/** Only in runs with limiters. */
const labelsOf = (random: SimRandom, version: Version): Pick<JobPlan, 'labels'> =>
  Object.keys(version.input.pools ?? {}).length > 0 ? { labels: drawLabels(random, version) } : {}

function randomQueue(random: SimRandom, version: Version): QueuePlan | undefined {
  const queues = version.queues.filter(({ name }) => name !== LONG_QUEUE)
  return queues[random.int(0, queues.length - 1)]
}

const drawTask = (random: SimRandom, { name }: QueuePlan, version: number): string =>
  version > 0 && random.chance(0.3) ? taskOfVersion(name, version) : taskOf(name)

/** Many simultaneously, or within a while; often all equally long, so that they end at the same time. */
function drawBurst(
  random: SimRandom,
  queue: QueuePlan,
  at: number,
  end: number,
  tenants: Tenants,
): DrawnJob[] {
  const spread_ms = random.pick([0, 500, 20_000, 120_000])
  const takes_ms = random.chance(0.4) ? random.skewed(1, 2000) : undefined
  return Array.from({ length: burstSize(random, queue) }, () => {
    const job = drawJob(random, queue, Math.min(end, at + random.int(0, spread_ms)), tenants)
    return takes_ms === undefined ? job : { ...job, handler: { ...job.handler, takes_ms } }
  })
}

/** A few jobs that fail again and again: the same ids are claimed, freed and claimed again within a moment. */
function drawFlaky(
  random: SimRandom,
  queue: QueuePlan,
  at: number,
  end: number,
  tenants: Tenants,
): DrawnJob[] {
  const takes_ms = random.skewed(50, queue.config.timeout_ms)
  const bad = random.int(1, queue.config.retry.attempts)
  return Array.from({ length: random.int(1, 4) }, () => ({
    ...drawJob(random, queue, Math.min(end, at + random.int(0, 3000)), tenants),
    handler: { bad, how: 'throw' as const, takes_ms, spoils: random.chance(0.5) },
  }))
}

/** One after the other, each arriving at about the time at which the one before ends: the races of an idle shard. */
function drawTrain(
  random: SimRandom,
  queue: QueuePlan,
  begin: number,
  end: number,
  tenants: Tenants,
): DrawnJob[] {
  const tenant = queue.partitioned ? random.pick(tenants) : ''
  const takes_ms = random.skewed(1, 500)
  let at = begin
  return Array.from({ length: random.int(5, 25) }, () => {
    at = Math.min(end, at + takes_ms + random.int(50, 600))
    const handler: HandlerPlan = { bad: 0, how: 'throw', takes_ms }
    return { at, way: 'client', queue, tenant, id: '', priority: 5, runAt: at, handler }
  })
}

/** Large enough for a large rate to be reached. */
const burstSize = (random: SimRandom, { config }: QueuePlan): number =>
  (config.rateLimit?.allowed ?? 0) > 20 && random.chance(0.5) ? 60 : random.skewed(1, 24)

/** A caller who takes the customer's name for the job's id: all bear the same, and each is a job of its own. */
function drawTwins(
  random: SimRandom,
  queue: QueuePlan,
  at: number,
  end: number,
  tenants: Tenants,
): DrawnJob[] {
  const tenant = queue.partitioned ? random.pick(tenants) : ''
  const first = drawJob(random, queue, at, tenants)
  const takes_ms = random.skewed(1, 300)
  return Array.from({ length: random.int(12, 40) }, (_, n): DrawnJob => {
    const runAt = Math.min(end, at + n * random.int(1, 50))
    const way = random.pick<WayIn>(['client', 'raw', 'batch'])
    return {
      ...first,
      at: runAt,
      way,
      tenant,
      id: 'twin',
      runAt,
      handler: { bad: 0, how: 'throw', takes_ms },
    }
  })
}

function drawJob(random: SimRandom, queue: QueuePlan, at: number, tenants: Tenants): DrawnJob {
  return {
    at,
    way: random.pick(WAYS),
    queue,
    tenant: queue.partitioned ? random.pick(tenants) : '',
    id: '',
    priority: random.pick([5, 5, 5, 0, 9, 3]),
    runAt: at + delay(random),
    handler: drawHandler(random, queue),
  }
}

/** Mostly immediately; sometimes within a queue's reach of 15 minutes, sometimes far beyond it. */
const delay = (random: SimRandom): number =>
  random.chance(0.75) ? 0 : random.chance(0.7) ? random.int(1, 120_000) : random.int(120_000, 3_000_000)

/** The same id at another time: the same job twice, as far as its caller is concerned. */
const twinOf = (random: SimRandom, job: JobPlan): JobPlan => ({
  ...job,
  at: job.at + random.int(0, 3000),
  way: random.pick(['client', 'raw', 'event']),
  runAt: job.runAt + random.pick([-1000, 1, 1000, 60_000]),
})

function drawHandler(random: SimRandom, { config }: QueuePlan): HandlerPlan {
  const bad = random.chance(0.7) ? 0 : random.int(1, config.retry.attempts + 1)
  const how = random.pick<HandlerFault>(['throw', 'throw', 'throw', 'slow', 'late', 'hang', 'crash'])
  return {
    bad,
    how,
    ...(how === 'slow' ? { slow_ms: random.skewed(500, 300_000) } : {}),
    takes_ms: random.chance(0.15) ? random.int(0, config.timeout_ms) : random.skewed(1, 2000),
    spoils: random.chance(0.05),
  }
}
