/**
 * Gets a shard starts of the rates that are granted, those that its queue shares and one that counts what jobs cost, for the jobs that could start by all else. A limiter's item is read
 * after all that, and written under its version, so that of two who find the last start one gets it. If a shard has to wait,
 * the start that it waits for is granted, too: all have their turn in the order in which they came, and nobody wakes them.
 */
import type { ShardKey } from '../../core/keys.ts'
import type { Grant, GrantKey, SharedStarts } from '../../core/limits/grant.ts'
import { type Asked, type Granted, grant } from '../../core/limits/granting.ts'
import { limitsInForce } from '../../core/limits/in-force.ts'
import { type LimiterName, limiterKey } from '../../core/limits/queue-limiter.ts'
import {
  costIn,
  isFarAhead,
  type RateInUse,
  rateInForce,
  type SharedRate,
} from '../../core/limits/shared-rate.ts'
import { forgottenBuckets } from '../../core/limits/window.ts'
import { booksKeptUntil } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { GrantWrite } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { readState } from '../read-state.ts'
import { awaitedStart, countingOf, type OwnRate, ratesOf } from './awaited-start.ts'

export interface StartsAsked extends OwnRate {
  readonly state: ShardState
  /** When each of its next jobs may start by all else. */
  readonly starts: readonly number[]
  /** What they say that they cost. */
  readonly costs?: readonly (number | undefined)[]
  readonly hasWork: boolean
  /** The worker takes the first job itself. */
  readonly isOwn: boolean
  /** What earlier rounds of the visit were granted. */
  readonly granted: readonly Grant[]
}

/** So many at a time: the next pass can ask for more. */
const MOST_GRANTED = 8
/** Many shards write one item: the one that is late reads that again, and not its own jobs, too. */
const TRIES = 5
/** DynamoDB takes expressions of 4 KB. The rest is forgotten by the next one. */
const MOST_FORGOTTEN = 50

/** `undefined` if the queue shares no rate, or nothing is asked of them; `'stale'` if others were faster all the time. */
export async function askForStarts(
  context: Context,
  asked: StartsAsked,
): Promise<SharedStarts | 'stale' | undefined> {
  const rates = ratesOf(context, asked.state, asked)
  const standing = asked.state.granted
  const known = [...asked.granted, ...(standing ? [standing] : [])]
  if (rates.length === 0 || asked.starts.length + known.length === 0) return undefined
  const waiting = asked.hasWork ? awaitedStart(context, asked.state, asked, asked.costs ?? []) : undefined
  if (waiting?.ahead && !isFarAhead(waiting.ahead, context.clock.now())) return waiting
  for (let tries = 0; tries < TRIES; tries++) {
    const plan = await planStarts(context, rates, { ...asked, known, standing }, () => context.random.token())
    if (!(await write(context, plan))) continue
    tellOfStarts(context, asked.state, plan)
    return plan.shared
  }
  return 'stale'
}

/** What a pass would find, for somebody who only looks. */
export async function lookForStarts(
  eyes: Pick<Context, 'config' | 'store' | 'clock'>,
  looked: Pick<StartsAsked, 'state' | 'starts' | 'costs' | 'costRate'>,
): Promise<SharedStarts | undefined> {
  const { state, starts } = looked
  const rates = ratesOf(eyes, state, looked)
  if (rates.length === 0 || starts.length === 0) return undefined
  const known = state.granted ? [state.granted] : []
  const asked = { ...looked, hasWork: true, isOwn: false, known }
  return (await planStarts(eyes, rates, asked, () => '-')).shared
}

/** What a rate would grant the next job of a shard that has been granted nothing, whatever else that needs. */
export function startsSeen(
  rate: SharedRate,
  owner: ShardState,
  { shard }: Pick<ShardState, 'shard'>,
  now: number,
): SharedStarts {
  const asked = { starts: [now], known: [], hasWork: true, isOwn: false, now, newToken: () => '-' }
  return planOf([limiterIn(owner, shard, rate, now)], [rate], asked).shared
}

interface Plan {
  readonly limiters: readonly Limiter[]
  readonly result: Granted
  readonly shared: SharedStarts
}

async function planStarts(
  context: Pick<Context, 'store' | 'clock'>,
  rates: readonly SharedRate[],
  asked: Omit<StartsAsked, 'granted'> & Pick<Asked, 'known' | 'standing'>,
  newToken: () => string,
): Promise<Plan> {
  const limiters = await Promise.all(rates.map((rate) => readLimiter(context, asked.state, rate)))
  return planOf(limiters, rates, { ...asked, now: context.clock.now(), newToken })
}

type Planned = Omit<Asked, 'rates'>

function planOf(limiters: readonly Limiter[], rates: readonly SharedRate[], asked: Planned): Plan {
  const inUse = limiters.map(({ use }) => use)
  const starts = asked.starts.slice(0, MOST_GRANTED)
  const result = grant({ ...asked, starts, rates: inUse })
  const { grants, ahead, wait } = result
  const counting = countingOf(
    inUse.map(({ rate }) => rate),
    rates,
  )
  const outdated = result.isOutdated ? { isOutdated: result.isOutdated } : {}
  return { limiters, result, shared: { grants, wait, counting, ...(ahead ? { ahead } : {}), ...outdated } }
}

interface Limiter {
  readonly owner: ShardState
  readonly use: RateInUse
}

export async function readLimiter(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  { shard }: Pick<ShardState, 'shard'>,
  rate: SharedRate,
): Promise<Limiter> {
  const key = limiterKey(rate.name)
  const owner = await readState(store.states, key)
  return limiterIn(owner, shard, rate, clock.now())
}

function limiterIn(owner: ShardState, shard: ShardKey, rate: SharedRate, now: number): Limiter {
  const setBy = rate.isOwn ? {} : owner
  const { slowedUntil } = limitsInForce({}, setBy, now)
  const use = {
    name: rate.name,
    rate: rateInForce(rate, setBy, now),
    window: owner.window,
    cost: costIn(rate, shard),
    ...(rate.countsStarts ? { countsStarts: true as const } : {}),
    ...(slowedUntil === undefined ? {} : { slowedUntil }),
  }
  return { owner, use }
}

/** All of them or none: what one has granted goes back if another was faster at the next. */
async function write(context: Context, { limiters, result }: Plan): Promise<boolean> {
  const { taken, dropped } = result
  if (taken.length + dropped.length === 0) return true
  for (const [index, limiter] of limiters.entries()) {
    const outcome = await context.store.states.grantStarts(
      limiter.owner,
      writeOf(limiter, result, context.clock.now()),
    )
    if (outcome.kind === 'written') continue
    if (index > 0) await returnStarts(context, taken)
    return false
  }
  return true
}

function tellOfStarts(
  { events }: Pick<Context, 'events'>,
  { shard }: Pick<ShardState, 'shard'>,
  { limiters, result: { taken } }: Plan,
): void {
  for (const { name } of limiters.map(({ use }) => use)) {
    const granted = taken.flatMap(({ at, keys }) => (keys[name] ? [{ at, units: keys[name][1] }] : []))
    if (granted.length === 0) continue
    const starts = granted.reduce((sum, { units }) => sum + units, 0)
    const from = Math.min(...granted.map(({ at }) => at))
    events.emit({ kind: 'starts granted', limiter: name, shard, starts, from })
  }
}

function writeOf({ owner, use }: Limiter, { taken, dropped }: Granted, now: number): GrantWrite {
  const keysOf = (grants: readonly Grant[]) => grants.flatMap(({ keys }) => presentOf(keys[use.name]))
  // While nothing may start, nothing is forgotten: the rate that is set again may be another.
  const forgotten = use.rate.allowed === 0 ? [] : forgottenBuckets(use.window, use.rate, now)
  return {
    take: keysOf(taken),
    drop: [...keysOf(dropped).map(([key]) => key), ...forgotten.slice(0, MOST_FORGOTTEN)],
    expiresAt: booksKeptUntil(owner, use.rate, Math.max(now, ...taken.map(({ until }) => until))),
  }
}

const presentOf = (key: GrantKey | undefined): GrantKey[] => (key ? [key] : [])

/** What is not used counts no more. If that fails, time does it. */
export async function returnStarts(
  { store }: Pick<Context, 'store'>,
  unused: readonly Grant[] = [],
): Promise<void> {
  const keys = unused.flatMap(({ keys }) => Object.entries(keys) as [LimiterName, GrantKey][])
  await Promise.allSettled(keys.map(([name, key]) => store.states.settleStart(limiterKey(name), key)))
}
