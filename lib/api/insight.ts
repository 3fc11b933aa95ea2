/** What people ask of a running stack: why a job does not run, or those of a partition, what a limiter does, and what there is. Reads only; nothing changes by asking. */
import { InvalidJobError } from '../core/errors.ts'
import type { LimiterId } from '../core/limits/limiter-name.ts'
import { queueNamed } from '../core/queue/config.ts'
import { noQueue } from '../core/queue/unknown.ts'
import type { PartitionStats, QueueStats } from '../core/why/stats.ts'
import type { JobWhy, LimiterWhy, PartitionWhy, QueueWhy } from '../core/why/why.ts'
import { seenAsSet } from '../use-cases/as-set.ts'
import { partitionsOf, type SeenPartition } from '../use-cases/operate/partitions.ts'
import { queueStatsOf } from '../use-cases/operate/queue-stats.ts'
import { statsOf } from '../use-cases/operate/stats.ts'
import { whyJob, whyPartition } from '../use-cases/operate/why.ts'
import { whyLimiter } from '../use-cases/operate/why-limiter.ts'
import { whyQueue } from '../use-cases/operate/why-queue.ts'
import { type AnyQueue, placeNamed } from './admin.ts'
import { limiterOf } from './known-limiters.ts'
import { queueOf } from './known-queue.ts'
import type { Wiring } from './wiring.ts'

interface Key {
  readonly pk: string
  readonly sk: string
}

interface WholeQueue {
  readonly queue: string
}

export interface Insight<QueueName extends string = string, Id extends LimiterId = LimiterId> {
  /**
   * Why a job does not run, or that it does, by what `enqueue` has returned: its place, and what holds the jobs of its shard
   * back, by the very rules that would let it start. Plain data; `whyText` says it in a line. A job that was tried before
   * stands under a later key, and is looked for there, among the hundred items behind it. One that has ended is `gone`, or, if its
   * queue has a `history`, `ended`: what became of it, how long it waited, and for what.
   *
   * It reads what a pass reads, and counts up to a hundred due jobs of each better priority: a few read units. What other
   * shards of its partition have and do not use a pass would fetch; that is not foreseen.
   * @example console.log(whyText(await client.why(await client.enqueue(syncContact, payload))))
   */
  why(job: Key): Promise<JobWhy>
  /**
   * What holds the due jobs of a partition back, shard by shard; shards in which nothing is left out. The partition is named
   * as its jobs name it, or left out for a queue without a partition rule. It reads what a pass over each shard does.
   * @example console.log(whyText(await client.why('crm', 'acme')))
   * @throws InvalidJobError if there can be no such partition
   */
  why(queue: AnyQueue<QueueName>, partition?: string): Promise<PartitionWhy>
  /**
   * What a total, a pool, a tag or a value of a rate does to those who need it: whether it is full, used up, slowed down or paused,
   * in the very words that a job that waits for it has; who has changed it; which job gives its units back first; who has
   * units, and who waits, in their order. It is what would hold one more job of the default priority that needs nothing else.
   *
   * One read, one for each chunk of a large one (16), and one call for 100 of the shards that have its units, if it has no more.
   * @example console.log(whyText(await client.why({ pool: 'hubspot' })))
   * @throws InvalidJobError if the configuration has no such limit
   */
  why(limiter: Id): Promise<LimiterWhy>
  /**
   * What holds back the jobs of a whole queue: that somebody has paused it; its total, its pools and their rates, as above; which
   * shards wait, and for what, as the sweep has counted them, and the one that had waited for longest, as it is now. What the sweep has
   * counted is some minutes old, and not exact: it sees some hundred jobs of each shard, and what held it when it was last looked at.
   *
   * No table is scanned. It reads two items, one more if the queue may be full, what `why` reads for each of these limiters,
   * and what a pass reads over one shard.
   * @example console.log(whyText(await client.why({ queue: 'crm' })))
   * @throws InvalidJobError if something else is named, too: a partition is asked for by `why(queue, partition)`
   */
  why(queue: { readonly queue: AnyQueue<QueueName> }): Promise<QueueWhy>
  /**
   * What there is of one partition: jobs that wait, that are delayed, in flight, dead, the queue's dead letters, for how long the
   * oldest waits, the limits in force and who has set them, what is used of the rate, and what its shards have borrowed.
   *
   * No table is scanned. Items are counted by their keys, which costs what reading them does (0.5 read units for each 4 KB);
   * of each range of keys ten megabytes at the most are counted, and then the count says `atLeast`. Counts may be a second
   * old, and a malformed item counts as a job until it is refused. Dead letters are read once for the queue and the partition;
   * `dead` says `atLeast` also if some of the queue name no partition (an event, a malformed key, a letter of an earlier version).
   * @example const { waiting, oldest_ms, rate } = await client.stats('crm', 'acme')
   * @throws InvalidJobError if there is no such queue or partition
   */
  stats(queue: QueueName, partition?: string): Promise<PartitionStats>
  /**
   * What there is of a whole queue, whatever its partitions: its dead letters, what somebody has set for all of it and, if it has
   * `maxQueueSize`, its size, as they are now; and as the sweep has counted them, jobs that wait, are blocked, delayed and in flight, how many shards wait for what, and
   * which one waits longest. It comes every few minutes and sees some hundred jobs of each shard: `counted` says from when until
   * when it counted, and `atLeast` if there are more.
   * Some twenty reads.
   * @example const { counted, dead } = await client.queueStats('crm')
   * @throws InvalidJobError if there is no such queue
   */
  queueStats(queue: QueueName): Promise<QueueStats>
  /**
   * The shards that have a state item, of one queue or of all, page by page as they are asked for: those with work, and
   * those that were at work within a week. A new job's shard may not be among them yet. Unlike `stats` this *is* a scan of
   * the State table, whatever the queue: half a read unit for each 4 KB of it. A partition with several shards comes once
   * for each of them, and a damaged item is left out: the sweep counts those.
   * @example for await (const { partition, waiting } of client.partitions('crm')) if (waiting) console.log(partition)
   */
  partitions(queue?: AnyQueue<QueueName>): AsyncGenerator<SeenPartition>
}

export const insightOf = <QueueName extends string>(wiring: Wiring): Insight<QueueName> => {
  function why(job: Key): Promise<JobWhy>
  function why(queue: string, partition?: string): Promise<PartitionWhy>
  function why(limiter: LimiterId): Promise<LimiterWhy>
  function why(whole: WholeQueue): Promise<QueueWhy>
  async function why(what: string | Key | LimiterId | WholeQueue, partition?: string) {
    if (typeof what === 'string') return whyNamed(wiring, what, partition)
    if (!isNamed(what)) throw new InvalidJobError(WAYS_TO_ASK)
    if ('pk' in what) return whyNow(wiring, what)
    if ('queue' in what) return whyWhole(wiring, what)
    return whyLimiter(wiring, limiterOf(wiring.config, what))
  }
  return {
    why,
    stats: async (name, named) => {
      const eyes = await seenAsSet(wiring)
      const { queue, partition } = placeNamed(eyes, name, named)
      return statsOf(eyes, queue, partition)
    },
    queueStats: async (name) => {
      const eyes = await seenAsSet(wiring)
      return queueStatsOf(eyes, queueOf(eyes.config, name))
    },
    partitions: (queue) => partitionsOf(wiring, queue),
  }
}

const WAYS_TO_ASK =
  'why is asked of a job by what enqueue has returned, { pk, sk }; of a partition by why(queue, partition); of a queue by { queue }; of a limiter by { total }, { pool }, { tag } or { rate, of }'

/** Without types it may be anything, and a job may lack half of its key. */
function isNamed(what: unknown): boolean {
  if (typeof what !== 'object' || what === null) return false
  const { pk, sk } = what as Readonly<Record<string, unknown>>
  return 'pk' in what ? typeof pk === 'string' && typeof sk === 'string' : true
}

const whyNow = async (wiring: Wiring, job: Key): Promise<JobWhy> => whyJob(await seenAsSet(wiring), job)

async function whyNamed(wiring: Wiring, name: string, named: string | undefined): Promise<PartitionWhy> {
  const { config, clock } = wiring
  if (!queueNamed(config, name)) return { kind: 'stranded', at: clock.now(), problem: noQueue(config, name) }
  const eyes = await seenAsSet(wiring)
  const { queue, partition } = placeNamed(eyes, name, named)
  return whyPartition(eyes, queue, partition)
}

async function whyWhole(wiring: Wiring, whole: WholeQueue): Promise<QueueWhy> {
  const { config, clock } = wiring
  const { queue: name, ...others } = whole
  if (Object.keys(others).length > 0)
    throw new InvalidJobError(
      'a whole queue is named by { queue } alone; a partition by why(queue, partition)',
    )
  const eyes = await seenAsSet(wiring)
  const queue = queueNamed(eyes.config, name)
  if (!queue) return { kind: 'stranded', at: clock.now(), problem: noQueue(config, name) }
  return whyQueue(eyes, queue)
}
