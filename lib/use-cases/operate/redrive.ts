/** The way back from the dead letters. */

import { ConfigurationError, InvalidJobError } from '../../core/errors.ts'
import type { DeadLetter } from '../../core/job/dead-letter.ts'
import type { JobItem } from '../../core/job/job.ts'
import { type Config, queueNamed } from '../../core/queue/config.ts'
import { noQueue } from '../../core/queue/unknown.ts'
import type { Parsed } from '../../core/text/parsed.ts'
import { claimOf } from '../claim-key.ts'
import type { WorkerContext } from '../context.ts'
import { underFreeKey } from '../free-key.ts'
import { renewPayload } from '../kept-payloads.ts'
import { deadLetters } from './dead-letters.ts'
import { jobOfLetter, payloadKeyOf } from './letter-job.ts'
import { checkLimit, MAX_WAITS, NO_ROOM, waitForRoom } from './operator-call.ts'
import { take } from './take.ts'

export interface RedriveOptions {
  /** Which of the letters that died before the call, by the clock of this machine. Default: all. */
  readonly where?: (letter: DeadLetter) => boolean
  /** The configured queue that the jobs shall run in. Default: their own. */
  readonly to?: string
  /** How many letters are put back at the most. Default: no limit. */
  readonly limit?: number
  /** Called after every few letters. */
  readonly onProgress?: (progress: RedriveProgress) => void
}

export interface RedriveProgress {
  /** How many jobs were put back so far. */
  readonly redriven: number
  /** How many letters were left where they are so far. */
  readonly skipped: number
}

export interface RedriveResult {
  readonly redriven: number
  readonly skipped: readonly SkippedLetter[]
}

/** A letter that stays where it is, because its job could not run, or could not be put back now. */
export interface SkippedLetter {
  readonly letter: DeadLetter
  readonly reason: string
}

type RedriveContext = Pick<WorkerContext, 'config' | 'store' | 'payloads' | 'clock'>

/** Each is a transaction of its own. */
const LETTERS_SIDE_BY_SIDE = 8

/** Whoever dies in between has put back some letters and not touched the others: the next call goes on with those. */
export async function redrive(
  context: RedriveContext,
  queue: string,
  options: RedriveOptions = {},
): Promise<RedriveResult> {
  check(context.config, queue, options)
  const { where = () => true, limit = Number.POSITIVE_INFINITY, onProgress } = options
  const letters = diedBefore(context.clock.now(), deadLetters(context.store, queue))
  const skipped: SkippedLetter[] = []
  let redriven = 0
  while (redriven < limit) {
    const group = await take(letters, Math.min(LETTERS_SIDE_BY_SIDE, limit - redriven), where)
    if (group.length === 0) break
    const outcomes = await Promise.allSettled(group.map((letter) => putBack(context, letter, options.to)))
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled' && outcome.value) skipped.push(outcome.value)
      else if (outcome.status === 'fulfilled') redriven++
    }
    onProgress?.({ redriven, skipped: skipped.length })
    const failure = outcomes.find(({ status }) => status === 'rejected')
    if (failure?.status === 'rejected') throw failure.reason
  }
  return { redriven, skipped }
}

/** Callers without TypeScript are told, too. */
function check(config: Config, queue: string, { to, limit, where }: RedriveOptions): void {
  const target = to ?? queue
  if (typeof queue !== 'string' || !queueNamed(config, target))
    throw new InvalidJobError(
      `${noQueue(config, target)}${to === undefined ? '. Say with `to` in which of them its jobs shall run' : ''}`,
    )
  checkLimit(limit)
  if (where !== undefined && typeof where !== 'function')
    throw new ConfigurationError('where', 'is a function that says which letters are meant')
}

/** A job that dies again while this goes on leaves a new letter, which is not put back for ever. */
async function* diedBefore(now: number, letters: AsyncIterable<DeadLetter>): AsyncGenerator<DeadLetter> {
  const end = new Date(now).toISOString()
  for await (const letter of letters) {
    if (letter.sk >= end) return
    yield letter
  }
}

/** Why the letter was left, or `undefined` if its job was put back. */
async function putBack(
  context: RedriveContext,
  letter: DeadLetter,
  to: string | undefined,
): Promise<SkippedLetter | undefined> {
  const { store, clock } = context
  const job = await readLetter(context, letter, to)
  if (!job.ok) return { letter, reason: job.reason }
  for (let waits = 0; waits < MAX_WAITS; waits++) {
    const claim = await claimOf(store, job.value)
    if (!claim.ok) return { letter, reason: claim.reason }
    const outcome = await underFreeKey(job.value, (next) => store.history.putBack(letter, next, claim.value))
    if (outcome === 'put') return undefined
    if (outcome === 'gone') return { letter, reason: 'somebody has put it back or deleted it meanwhile' }
    await waitForRoom(clock, waits)
  }
  return { letter, reason: NO_ROOM }
}

/** The time for which a payload is kept begins anew with its job. One that is gone leaves the letter where it is. */
async function readLetter(
  context: RedriveContext,
  letter: DeadLetter,
  to: string | undefined,
): Promise<Parsed<JobItem>> {
  const { config, clock } = context
  const key = payloadKeyOf(letter)
  const payload = key && (await renewPayload(context, key))
  if (payload && !payload.ok) return payload
  return jobOfLetter(config, letter, { now: clock.now(), to, fetched: payload?.value })
}
