/** Looks at a shard as a pass would, and writes nothing: neither units are borrowed, nor malformed items judged. */
import { DamagedStateError } from '../../core/errors.ts'
import { doomOf } from '../../core/job/doom.ts'
import { type Job, parseJob, placeOf, type RawItem } from '../../core/job/job.ts'
import { parseShard, type ShardKey } from '../../core/keys.ts'
import { limitsOfGates } from '../../core/limits/gates.ts'
import { paceOf } from '../../core/limits/throttled.ts'
import { firstsOf } from '../../core/pass/batches.ts'
import { decide } from '../../core/pass/decide.ts'
import type { Look } from '../../core/pass/input.ts'
import { jobsToRead, roomFor, type Staying, separateTwins, slotsThatStay } from '../../core/pass/room.ts'
import type { Config } from '../../core/queue/config.ts'
import { isMisplaced, limitersOver } from '../../core/queue/covering.ts'
import { deadSlots } from '../../core/shard/attention.ts'
import { keysOfSlot } from '../../core/shard/in-flight.ts'
import type { ShardState, Token } from '../../core/shard/state.ts'
import type { Reason } from '../../core/why/reason.ts'
import type { Trouble } from '../../core/why/why.ts'
import { unitsWithinReach } from '../../core/why/within-reach.ts'
import type { Context } from '../context.ts'
import { usageIn } from '../lending/account.ts'
import { type Capacities, type Capacity, capacityOf, readOwner } from '../lending/capacity.ts'
import { withDerived } from '../lending/derive.ts'
import { lookForStarts } from '../lending/grants.ts'
import { limiterSeen } from '../lending/limiter-capacity.ts'
import { readDueJobs } from '../pass/due-jobs.ts'
import { readState } from '../read-state.ts'
import { explained } from './explained.ts'

/** What looking takes of the world. */
export type Eyes = Pick<Context, 'config' | 'store' | 'clock'>

export interface Looked {
  readonly kind: 'looked'
  readonly at: number
  readonly state: ShardState
  readonly capacity: Capacity
  readonly staying: Staying
  /** How many jobs a pass would claim now. */
  readonly startable: number
  readonly holds: readonly Reason[]
  readonly looks: readonly Look[]
}

/** The two items are read one after the other: if somebody writes in between, they may not fit. */
const TRIES = 3

export async function lookAt(eyes: Eyes, key: ShardKey): Promise<Looked | Trouble> {
  const read = await readShard(eyes, key)
  return read.kind === 'read' ? decideUnwritten(eyes, read) : read
}

/** A shard's item, and what it has of its partition's limits, and of its queue's total and pools. */
export interface ReadShard {
  readonly kind: 'read'
  readonly at: number
  readonly state: ShardState
  readonly capacity: Capacity
  readonly limiters: readonly Capacity[]
}

export async function readShard(eyes: Eyes, key: ShardKey): Promise<ReadShard | Trouble> {
  const { config, store, clock } = eyes
  const at = clock.now()
  const shard = parseShard(key)
  const place = shard.ok ? placeOf(config, shard.value) : shard
  if (!shard.ok || !place.ok) return { kind: 'stranded', at, problem: place.ok ? key : place.reason }
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const state = await readState(store.states, key)
      const owner = await withDerived(eyes, place.value, await readOwner(eyes, shard.value, state))
      const now = clock.now()
      const capacity = capacityOf({ shard: shard.value, configured: place.value, owner, state, now })
      const limiters = await Promise.all(
        limitersOver(config, shard.value).map(
          async (limiter) => (await limiterSeen(eyes, { state, shard: shard.value }, limiter)).capacity,
        ),
      )
      const known = limiters.filter((limiter) => limiter !== 'stale')
      if (capacity !== 'stale' && known.length === limiters.length)
        return { kind: 'read', at: now, state, capacity, limiters: known }
    }
  } catch (error) {
    if (!(error instanceof DamagedStateError)) throw error
    return { kind: 'damaged', at, problem: error.message }
  }
  return { kind: 'unsettled', at, problem: `the books of shard "${key}" and its partition do not fit` }
}

/** What a pass would decide that came now, and found all units as they are. */
async function decideUnwritten(
  { config, store, clock }: Eyes,
  { state, capacity, limiters, at: now }: ReadShard,
): Promise<Looked> {
  const { over, recovered, staying } = afterRecovery(state, now)
  const pace = paceOf(state, undefined, capacity, now)
  const all: Capacities = [capacity, ...limiters]
  const within = (seen: Capacities, cost?: number) =>
    pace.limit(limitsWithinReach(seen, state, staying, now), now, cost)
  const known = { state, limits: within(all), now, recovered }
  const wanted = { state, now, ...jobsToRead(known, true) }
  const jobs = await readDueJobs({ store }, wanted, async (items) => readable(config, items, now))
  if (jobs === 'stale') throw new Error('nothing is ended by somebody who only looks')
  const due = jobs.due.filter(({ key }) => !over.has(key.sk))
  const reading = { since: now, whole: true, doubtful: false, late: [] }
  const firsts = firstsOf(due, staying, known.limits.batch, now)
  const limits = within(withWaiting(all, firsts, staying), nextOf(firsts, staying)?.cost)
  const starts = roomFor(staying, { ...known, limits }).starts.slice(0, firsts.length)
  const shared = await lookForStarts(
    { config, store, clock },
    { state, starts, costs: firsts.map(({ cost }) => cost), ...ownRateIn(capacity) },
  )
  const input = {
    ...{ ...known, ...jobs, due, reading },
    limits: shared ? { ...limits, shared } : limits,
    newToken: () => '-' as Token,
  }
  const { claims, holds, looks } = decide(input)
  return {
    kind: 'looked',
    at: now,
    state,
    capacity,
    staying,
    startable: claims.reduce((sum, { others = [] }) => sum + 1 + others.length, 0),
    holds: await explained({ store }, { state, capacity, limiters, staying, now }, holds),
    looks,
  }
}

/** A pass would try the jobs of dead slots again, or bury them, before it frees these: they are due no more. */
function afterRecovery(state: ShardState, now: number) {
  const dead = deadSlots(state, now)
  const over = new Set<string>(dead.flatMap(keysOfSlot))
  const recovered = new Set(dead.map(([id]) => id))
  return { over, recovered, staying: slotsThatStay({ state, recovered }) }
}

/** Whom the shard passes in lines depends on the priorities of its jobs, which are known when they have been read. */
function withWaiting([first, ...others]: Capacities, due: readonly Job[], staying: Staying): Capacities {
  const waiting = separateTwins(due, staying).candidates.map(({ priority }) => priority)
  return [{ ...first, waiting }, ...others.map((one) => ({ ...one, waiting }))]
}

const ownRateIn = ({ limits: { costRate } }: Capacity) => (costRate ? { costRate } : {})

const nextOf = (firsts: readonly Job[], staying: Staying) => separateTwins(firsts, staying).candidates[0]

function limitsWithinReach(capacities: Capacities, state: ShardState, staying: Staying, now: number) {
  const gateOf = (portion: Capacity) => {
    const usage = usageIn(portion, state, staying, now)
    return { portion, may: unitsWithinReach(portion, usage), inUse: usage.inUse }
  }
  const [first, ...others] = capacities
  return limitsOfGates([gateOf(first), ...others.map(gateOf)])
}

/** What a pass would end or move it would not see either. */
function readable(config: Config, items: readonly RawItem[], now: number) {
  const jobs = items.map((item) => {
    const job = parseJob(config, item)
    return job.ok ? job.value : undefined
  })
  const stays = (job: Job) => !doomOf(job, now) && !isMisplaced(config, job.shard, job)
  return { jobs, living: jobs.filter((job) => job !== undefined).filter(stays) }
}
