/**
 * Gets a shard starts of the rates that its queue shares, for the jobs that could start by all else. A limiter's item is read
 * after all that, and written under its version, so that of two who find the last start one gets it. If a shard has to wait,
 * the start that it waits for is granted, too: all have their turn in the order in which they came, and nobody wakes them.
 */
import type { Grant, GrantCounting, GrantKey, SharedStarts } from '../../core/limits/grant.ts'
import { type Granted, grant } from '../../core/limits/granting.ts'
import { limitsInForce } from '../../core/limits/in-force.ts'
import type { RateLimit } from '../../core/limits/limits.ts'
import { type LimiterName, limiterKey } from '../../core/limits/queue-limiter.ts'
import {
  costIn,
  isAhead,
  type RateInUse,
  rateInForce,
  type SharedRate,
} from '../../core/limits/shared-rate.ts'
import { bucketWidth, forgottenBuckets, rememberedFor } from '../../core/limits/window.ts'
import { ratesOverKey } from '../../core/queue/covering.ts'
import { booksKeptUntil } from '../../core/shard/expiry.ts'
import { emptyState, type ShardState } from '../../core/shard/state.ts'
import type { GrantWrite } from '../../ports/store.ts'
import type { Context } from '../context.ts'

export interface StartsAsked {
  readonly state: ShardState
  /** When each of its next jobs may start by all else. */
  readonly starts: readonly number[]
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
  const rates = ratesOf(context, asked.state)
  const known = [...asked.granted, ...(asked.state.granted ? [asked.state.granted] : [])]
  if (rates.length === 0 || asked.starts.length + known.length === 0) return undefined
  const waiting = asked.granted.length === 0 && asked.hasWork ? awaitedStart(context, asked.state) : undefined
  if (waiting) return waiting
  for (let tries = 0; tries < TRIES; tries++) {
    const plan = await planStarts(context, rates, { ...asked, known }, () => context.random.token())
    if (await write(context, plan)) return plan.shared
  }
  return 'stale'
}

/** What a pass would find, for somebody who only looks. */
export async function lookForStarts(
  eyes: Pick<Context, 'config' | 'store' | 'clock'>,
  state: ShardState,
  starts: readonly number[],
): Promise<SharedStarts | undefined> {
  const rates = ratesOf(eyes, state)
  if (rates.length === 0 || starts.length === 0) return undefined
  const known = state.granted ? [state.granted] : []
  const asked = { state, starts, hasWork: true, isOwn: false, known }
  return (await planStarts(eyes, rates, asked, () => '-')).shared
}

interface Plan {
  readonly limiters: readonly Limiter[]
  readonly result: Granted
  readonly shared: SharedStarts
}

async function planStarts(
  context: Pick<Context, 'store' | 'clock'>,
  rates: readonly SharedRate[],
  asked: Omit<StartsAsked, 'granted'> & { readonly known: readonly Grant[] },
  newToken: () => string,
): Promise<Plan> {
  const limiters = await Promise.all(rates.map((rate) => readLimiter(context, asked.state, rate)))
  const inUse = limiters.map(({ use }) => use)
  const starts = asked.starts.slice(0, MOST_GRANTED)
  const result = grant({ ...asked, starts, rates: inUse, now: context.clock.now(), newToken })
  const { grants, ahead, wait } = result
  const counting = countingOf(
    inUse.map(({ rate }) => rate),
    rates,
  )
  return { limiters, result, shared: { grants, wait, counting, ...(ahead ? { ahead } : {}) } }
}

export function ratesOf(
  { config }: Pick<Context, 'config'>,
  state: Pick<ShardState, 'shard'>,
): readonly SharedRate[] {
  return ratesOverKey(config, state.shard)
}

/** Whoever waits for a start has nothing to ask before that. */
export function awaitedStart(
  { config, clock }: Pick<Context, 'config' | 'clock'>,
  state: ShardState,
): SharedStarts | undefined {
  const { granted } = state
  const rates = ratesOf({ config }, state)
  const [first] = rates
  if (!first || !granted || !isAhead(granted, clock.now())) return undefined
  if (Object.keys(granted.keys).length !== rates.length) return undefined
  const { name, rateLimit } = first
  const { allowed, period_ms } = rateLimit
  const wait = { limiter: name, allowed, period_ms, nextAt: granted.at }
  return {
    grants: [],
    ahead: granted,
    wait,
    counting: countingOf(
      rates.map((rate) => rate.rateLimit),
      rates,
    ),
  }
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
  const owner = (await store.states.read(key)) ?? emptyState(key)
  const now = clock.now()
  const { slowedUntil } = limitsInForce({}, owner, now)
  const use = {
    name: rate.name,
    rate: rateInForce(rate, owner, now),
    window: owner.window,
    cost: costIn(rate, shard),
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

function countingOf(inForce: readonly RateLimit[], rates: readonly SharedRate[]): GrantCounting {
  return {
    late_ms: Math.min(...inForce.map(({ margin_ms }) => Math.max(1, margin_ms / 2))),
    kept_ms: Math.min(...inForce.map(rememberedFor)),
    buckets_ms: Object.fromEntries(rates.map(({ name }, index) => [name, bucketWidth(inForce[index])])),
  }
}
