/** A job that comes back, or that changes its queue: its item by the configuration as it is now. */

import { InvalidJobError } from '../errors.ts'
import { formatSortKey, parseShard, parseSortKey, type Shard } from '../keys.ts'
import { homeShard } from '../limits/shards.ts'
import { type Config, type QueueConfig, queueNamed } from '../queue/configured.ts'
import { laneOf, shardsOfLane } from '../queue/covering.ts'
import { partitionOf } from '../queue/partition.ts'
import { noQueue } from '../queue/unknown.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { contentOf } from './content.ts'
import { countedAnyway } from './counted.ts'
import { type JobItem, parseJob, type RawItem } from './job.ts'
import { readLabels } from './labels.ts'

/**
 * The same job in the queue that its key names, or in the queue `to`; all that it brings stays, its sort key too. Why it
 * could not run there, if it could not.
 * @param fetched its payload, if that is kept outside of the item: a partition rule may ask for it
 */
export function requeued(config: Config, item: RawItem, to?: string, fetched?: unknown): Parsed<JobItem> {
  const position = parseSortKey(item.sk)
  if (!position.ok) return position
  const shard = parseShard(item.pk)
  if (!shard.ok && to === undefined) return shard
  const was = shard.ok ? shard.value : undefined
  const name = to ?? was?.queue ?? ''
  const queue = queueNamed(config, name)
  if (!queue) return refused(noQueue(config, name))
  const whole = fetched === undefined ? item : { ...item, payload: fetched }
  const partition = partitionIn(queue, whole, was?.partition, to !== undefined)
  if (!partition.ok) return partition
  const home = homeOf(config, { queue: queue.name, ...partition.value }, whole, was)
  if (!home.ok) return home
  const pk = homeShard(home.value, position.value.id, shardsOfLane(config, home.value))
  const job = parseJob(config, { ...item, pk })
  return job.ok ? parsed(countedAnyway(queue, { ...item, ...job.value.key, ...contentOf(job.value) })) : job
}

/** The lane by the configuration as it is now. */
function homeOf(config: Config, shard: Shard, item: RawItem, was: Shard | undefined): Parsed<Shard> {
  const labels = readLabels(item)
  const { task, payload, meta } = item
  const job = { task: typeof task === 'string' ? task : '', payload, meta }
  const written = { queue: shard.queue, ...(was?.lane === undefined ? {} : { lane: was.lane }) }
  const lane = labels.ok ? laneOf(config, written, { ...labels.value, ...job }) : labels
  if (!lane.ok) return lane
  return parsed({ ...shard, ...(lane.value === undefined ? {} : { lane: lane.value }) })
}

/**
 * A partition that somebody named stays. In another queue its rule says which it is; if the job lacks what the rule
 * names, it is the one of the same name.
 */
function partitionIn(
  queue: QueueConfig,
  { task, payload, meta }: RawItem,
  was: string | undefined,
  moves: boolean,
): Parsed<Pick<Shard, 'partition'>> {
  if (!queue.partition) return parsed({})
  if (was !== undefined && !moves) return parsed({ partition: was })
  try {
    const name = typeof task === 'string' ? task : ''
    return parsed({ partition: partitionOf(queue.partition, { task: name, payload, meta }) })
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error
    return was === undefined ? refused(error.message) : parsed({ partition: was })
  }
}

/** The same job, due from `now` on, but not before its own time. */
export const dueFrom = (now: number, job: JobItem): JobItem => atTime(job, (runAt) => Math.max(now, runAt))

/** If a job's key is taken by a twin, another job with the same id. */
export const aMillisecondLater = (job: JobItem): JobItem => atTime(job, (runAt) => runAt + 1)

function atTime(job: JobItem, time: (runAt: number) => number): JobItem {
  const position = parseSortKey(job.sk)
  if (!position.ok) return job
  return { ...job, sk: formatSortKey({ ...position.value, runAt: time(position.value.runAt) }) }
}
