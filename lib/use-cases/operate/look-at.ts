/** Looks at a shard as a pass would, and writes nothing: neither units are borrowed, nor malformed items judged. */
import { DamagedStateError } from '../../core/errors.ts'
import { parseJob, placeOf, type RawItem } from '../../core/job/job.ts'
import { parseShard, type ShardKey } from '../../core/keys.ts'
import { limitsWithin } from '../../core/limits/in-force.ts'
import { decide } from '../../core/pass/decide.ts'
import type { Look } from '../../core/pass/input.ts'
import { jobsToRead, type Staying, slotsThatStay } from '../../core/pass/room.ts'
import type { Config } from '../../core/queue/config.ts'
import { deadSlots } from '../../core/shard/attention.ts'
import { usageOf } from '../../core/shard/in-use.ts'
import { emptyState, type ShardState, sortKeyOf, type Token } from '../../core/shard/state.ts'
import { type Reason, reasonOf } from '../../core/why/reason.ts'
import type { Trouble } from '../../core/why/why.ts'
import { unitsWithinReach } from '../../core/why/within-reach.ts'
import type { Context } from '../context.ts'
import { type Capacity, capacityOf, readOwner } from '../lending/capacity.ts'
import { readDueJobs } from '../pass/due-jobs.ts'

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
  return read.kind === 'read' ? decideUnwritten(eyes, read.state, read.capacity, read.at) : read
}

/** A shard's item, and what it has of its partition's limits. */
export interface ReadShard {
  readonly kind: 'read'
  readonly at: number
  readonly state: ShardState
  readonly capacity: Capacity
}

export async function readShard(eyes: Eyes, key: ShardKey): Promise<ReadShard | Trouble> {
  const { config, store, clock } = eyes
  const at = clock.now()
  const shard = parseShard(key)
  const place = shard.ok ? placeOf(config, shard.value) : shard
  if (!shard.ok || !place.ok) return { kind: 'stranded', at, problem: place.ok ? key : place.reason }
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const state = (await store.states.read(key)) ?? emptyState(key)
      const owner = await readOwner(eyes, shard.value, state)
      const now = clock.now()
      const capacity = capacityOf({ shard: shard.value, configured: place.value, owner, state, now })
      if (capacity !== 'stale') return { kind: 'read', at: now, state, capacity }
    }
  } catch (error) {
    if (!(error instanceof DamagedStateError)) throw error
    return { kind: 'damaged', at, problem: error.message }
  }
  return { kind: 'unsettled', at, problem: `the books of shard "${key}" and its partition do not fit` }
}

/** What a pass would decide that came now, and found its partition's units as they are. */
async function decideUnwritten(
  { config, store }: Eyes,
  state: ShardState,
  capacity: Capacity,
  now: number,
): Promise<Looked> {
  const dead = deadSlots(state, now)
  // A pass would try their jobs again, or bury them, before it frees their slots: they are due no more.
  const over = new Set<string>(dead.map(sortKeyOf))
  const recovered = new Set(dead.map(([id]) => id))
  const staying = slotsThatStay({ state, recovered })
  const usage = usageOf(state, staying, capacity.limits, now)
  const limits = limitsWithin(capacity.limits, unitsWithinReach(capacity, usage))
  const known = { state, limits, now, recovered }
  const wanted = { shard: state.shard, now, ...jobsToRead(known, true) }
  const jobs = await readDueJobs({ store }, wanted, async (item) => readable(config, item))
  const due = jobs.due.filter(({ key }) => !over.has(key.sk))
  const reading = { since: now, whole: true, doubtful: false, late: [] }
  const { claims, holds, looks } = decide({ ...known, ...jobs, due, reading, newToken: () => '-' as Token })
  const seen = { state, owner: capacity.owner, portion: capacity, staying, now }
  return {
    kind: 'looked',
    at: now,
    state,
    capacity,
    staying,
    startable: claims.length,
    holds: holds.map((hold) => reasonOf(hold, seen)),
    looks,
  }
}

function readable(config: Config, item: RawItem) {
  const job = parseJob(config, item)
  return job.ok ? job.value : undefined
}
