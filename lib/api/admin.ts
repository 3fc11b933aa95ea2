/** What operators do with a running stack. Every client offers it; `grantManage` of the construct gives the rights. */

import { InvalidJobError } from '../core/errors.ts'
import type { DeadLetter } from '../core/job/dead-letter.ts'
import { partitionProblem } from '../core/job/job.ts'
import type { ShardKey } from '../core/keys.ts'
import { changeTo } from '../core/limits/change.ts'
import { ownerOf } from '../core/limits/shards.ts'
import type { QueueConfig } from '../core/queue/config.ts'
import { givenPartition } from '../core/queue/partition.ts'
import { deadLetters } from '../use-cases/operate/dead-letters.ts'
import { type MoveResult, type MoveOptions as MoveRules, moveJobs } from '../use-cases/operate/move-jobs.ts'
import {
  type RedriveResult,
  type RedriveOptions as RedriveRules,
  redrive,
} from '../use-cases/operate/redrive.ts'
import { overrideLimits } from '../use-cases/operate/set-limits.ts'
import { type StrandedShard, strandedShards } from '../use-cases/operate/stranded-shards.ts'
import { queueOf } from './known-queue.ts'
import { type LimitsInput, type LimitsNote, toNote, toOverride } from './limits-input.ts'
import { type QueueLimitsOptions, setLimitsOfAll } from './queue-limits.ts'
import type { Wiring } from './wiring.ts'

/** The name of a configured queue, or any other: jobs and letters may be left of one that is configured no more. */
export type AnyQueue<QueueName extends string> = QueueName | (string & Record<never, never>)

export interface Admin<QueueName extends string = string> {
  /**
   * Replaces the limits of one partition without a deploy. When it returns, nothing more is admitted above the new ones;
   * what runs already runs to its end. The partition is named as its jobs name it (`acme`), or is `undefined` for a queue
   * without a partition rule. What `limits` leaves out stays as configured, 0 pauses, and `null` goes back to what is
   * configured. `note` (up to 256 and 1,024 characters) is kept beside them, as long as they are in force, and is in the line that the client
   * logs (`logger`).
   * @example
   * const note = { by: 'ann@example.com', reason: 'their API is slow today' }
   * await client.setLimits('crm', 'acme', { rateLimit: { allowed: 5, period: '1s' } }, note)
   * @throws InvalidJobError if there is no such queue or partition, ConfigurationError for limits that make no sense:
   *   both before anything is written
   */
  setLimits(
    queue: QueueName,
    partition: string | undefined,
    limits: LimitsInput | null,
    note?: LimitsNote,
  ): Promise<void>
  /**
   * Replaces the limits that every partition of a queue has, without a deploy: those that there are and those to come, but for
   * what `setLimits` has set for one of them. When it returns, after two seconds, nothing more is admitted above the new ones; what
   * runs already runs to its end. What `limits` leaves out stays as configured, 0 pauses, and `null` goes back to what is configured;
   * no deploy does. If more may run than before, what waits is woken: that reads the State table; if it dies, call it again: it
   * goes on where it was, and the sweep finds what nobody has woken.
   * @example await client.setLimits({ queue: 'crm' }, { concurrency: 2 }, { by: 'ann@example.com', reason: 'their API is slow today' })
   * @example await client.setLimits({ queue: 'crm' }, null)
   * @throws InvalidJobError if there is no such queue, ConfigurationError for limits that make no sense, or for a rate if that of the
   *   queue goes by a rule of its own: all before anything is written
   */
  setLimits(
    whole: { readonly queue: QueueName },
    limits: LimitsInput | null,
    options?: QueueLimitsOptions,
  ): Promise<void>
  /**
   * The dead letters of a queue, oldest first, read page by page as they are asked for. `unknown` has those whose key
   * does not name a queue. They are kept for 30 days. `partition` says whose a letter is, as in keys; it is absent if the key
   * names none, of an event, and of letters of earlier versions. `redrive` chooses by it, too: `where: ({ partition }) => …`.
   * @example for await (const { sk, error, job } of client.deadLetters('crm')) console.log(sk, error, JSON.parse(job))
   */
  deadLetters(queue: AnyQueue<QueueName>): AsyncGenerator<DeadLetter>
  /**
   * Puts the jobs of a queue's dead letters back, oldest first: with all their attempts before them, due now (a job that
   * was to run later keeps its time), and checked by this client's configuration. A letter and its job change places in
   * one transaction, so nothing is lost or doubled if the process dies or is called twice; call it again to go on.
   * Letters of jobs that still could not run stay, and are returned with the reason. Tasks and their schemas are the
   * worker's: a job that it refuses is a dead letter again.
   *
   * With `to`, jobs run in another queue: in the partition that its rule gives, or, if they lack what the rule names, in
   * the one of the same name.
   * @example
   * const { redriven, skipped } = await client.redrive('crm', {
   *   where: ({ reason, error }) => reason === 'exhausted' && error.includes('503'),
   *   limit: 1000,
   * })
   * for (const { letter, reason } of skipped) console.warn(letter.sk, reason)
   * @throws InvalidJobError if there is no such queue, ConfigurationError if `limit` is not a number: both before
   *   anything is written
   */
  redrive(queue: AnyQueue<QueueName>, options?: RedriveOptions<QueueName>): Promise<RedriveResult>
  /**
   * The shards whose jobs nobody runs, because their queue, or a partition rule that fits them, is not in this client's
   * configuration: it was removed, renamed or changed. Their jobs stay as they are, and run again when it comes back.
   * Reads the keys of the Jobs table, about a hundred a call, and skips the rest of a shard with more.
   * @example for await (const { queue, shard, jobs } of client.strandedJobs()) console.log(queue, shard, jobs.length)
   */
  strandedJobs(): AsyncGenerator<StrandedShard>
  /**
   * Moves the stranded jobs of a queue to a configured one, or with `to: 'dead-letters'` to its dead letters, with a word
   * on who wanted that (`by`). Priority, time, id and attempt stay; in the new queue they are in the partition that its
   * rule gives, or, if they lack what the rule names, in the one of the same name. Jobs that run at the moment stay, and so
   * do those that could not run in the new queue: both are returned with the reason.
   *
   * Each is one transaction, which loses against any function that still serves the queue, so nothing is lost, doubled or
   * run twice simultaneously; call it again to go on. After a mistake in a partition rule, `from` and `to` may be the same.
   * @example
   * const { moved, skipped } = await client.moveJobs('crm-old', { to: 'crm' })
   * await client.moveJobs('faxes', { to: 'dead-letters', by: 'ann@example.com', limit: 1000 })
   * @throws InvalidJobError if `to` is no configured queue, ConfigurationError if `limit` is not a number: both before
   *   anything is written
   */
  moveJobs(from: AnyQueue<QueueName>, options: MoveOptions<QueueName>): Promise<MoveResult>
}

export interface RedriveOptions<QueueName extends string = string> extends RedriveRules {
  readonly to?: QueueName
}

export interface MoveOptions<QueueName extends string = string> extends MoveRules {
  readonly to: QueueName | 'dead-letters'
}

export const adminOf = <QueueName extends string>(wiring: Wiring): Admin<QueueName> => ({
  setLimits: async (...call: OneOrAll) =>
    typeof call[0] === 'object'
      ? setLimitsOfAll(wiring, ...(call as OfAll))
      : setLimitsOfOne(wiring, ...(call as OfOne)),
  deadLetters: (queue) => deadLetters(wiring.store, queue),
  redrive: (queue, options) => redrive(wiring, queue, options ?? {}),
  strandedJobs: () => strandedShards(wiring),
  moveJobs: (from, options) => moveJobs(wiring, from, options ?? {}),
})

export interface Place {
  readonly queue: QueueConfig
  /** As in a key. */
  readonly partition?: string
}

/** @throws InvalidJobError if there is no such queue or partition */
export function placeNamed(
  { config }: Pick<Wiring, 'config'>,
  queueName: string,
  partition: string | undefined,
): Place {
  const queue = queueOf(config, queueName)
  const encoded = partition === undefined ? {} : { partition: givenPartition(partition) }
  const problem = partitionProblem(queue, { queue: queue.name, ...encoded })
  if (problem) throw new InvalidJobError(problem)
  return { queue, ...encoded }
}

/** The place of what `placeNamed` has found: whatever people set for it stands in that item. */
export const ownerOfPlace = ({ queue, partition }: Place): ShardKey =>
  ownerOf({ queue: queue.name, ...(partition === undefined ? {} : { partition }) })

type OfOne = readonly [
  queue: string,
  partition: string | undefined,
  limits: LimitsInput | null,
  note?: LimitsNote | undefined,
]
type OfAll = readonly [whole: object, limits: LimitsInput | null, options?: QueueLimitsOptions | undefined]
type OneOrAll = OfOne | OfAll

async function setLimitsOfOne(
  wiring: Wiring,
  ...[queue, partition, limits, note = {}]: OfOne
): Promise<void> {
  const { store, clock, events, wake } = wiring
  const place = placeNamed(wiring, queue, partition)
  const override = toOverride(place.queue, limits, note)
  await overrideLimits({ store, wake: wake(), clock }, place.queue, place.partition, override)
  const of = { shard: ownerOfPlace(place) }
  events.emit({ kind: 'changed by hand', of, change: changeTo(override), note: toNote(note) })
}
