/** When a shard has to be looked at again although nobody comes: the times at which time alone lets something happen. */
import { lastStartOf } from '../job/doom.ts'
import { plannedRate } from '../limits/limits.ts'
import { GRANTED_AHEAD_MS, LINE_LOOK_LATEST_MS, PAUSED_RATE_LOOK_MS, PRECISE_UP_TO_MS } from '../times.ts'
import type { Hold } from './holds.ts'
import type { ArrangedWake, Look, PassInput } from './input.ts'

export function looksOf(input: PassInput, holds: readonly Hold[]): Look[] {
  const looks: Look[] = []
  const add = (at: number | undefined, why: Look['why']) => at !== undefined && looks.push({ at, why })
  const arranged = arrangedWake(input)
  add(arranged, 'a wake-up is on its way')
  for (const hold of holds) {
    if (hold.reason === 'rate') add(hold.reopensAt, 'the rate reopens')
    if (hold.reason === 'interval') add(hold.reopensAt, 'the interval is over')
    if (hold.reason === 'throttled') add(hold.reopensAt, 'the throttle lets one start')
    if (hold.reason === 'shared rate') add(grantAt(hold, input.now), 'a shared rate grants a start')
    if (hold.reason === 'slowed down') add(slowedUntil(hold, input), 'a slow-down ends')
    if (hold.reason === 'paused' || hold.reason === 'slowed down') add(expiryIn(input), 'a job expires')
    if (hold.reason === 'batch') add(hold.until, 'a batch has waited for long enough')
    if (hold.reason === 'limiter' && !isSoon(arranged, input)) add(hold.lookAt, 'a line is full')
  }
  add(input.nextDueAt, 'a job is due')
  return looks
}

/**
 * While nothing may start nobody else comes who would end what is too late. No sooner than in a minute, for each job may have a time of its
 * own; whoever comes sees those behind them.
 */
function expiryIn({ due, now }: PassInput): number | undefined {
  const times = due.map(lastStartOf).filter((time) => time !== undefined)
  return times.length === 0 ? undefined : Math.max(Math.min(...times) + 1, now + PAUSED_RATE_LOOK_MS)
}

/** If each look at a full line drew a time anew, some would be earlier than the one on its way: there would be more and more. */
const isSoon = (arranged: number | undefined, { now }: PassInput): boolean =>
  arranged !== undefined && arranged <= now + 2 * LINE_LOOK_LATEST_MS

/** So early that the job can be claimed ahead. */
const grantAt = ({ nextAt }: Extract<Hold, { reason: 'shared rate' }>, now: number): number =>
  nextAt === undefined ? now + PAUSED_RATE_LOOK_MS : Math.max(now, nextAt - GRANTED_AHEAD_MS)

/** A limiter with a rate alone knows nobody whom to wake when its slow-down is taken back. */
const slowedUntil = (
  { until }: Extract<Hold, { reason: 'slowed down' }>,
  { limits, now }: PassInput,
): number => (limits.slowedUntil === undefined ? Math.min(until, now + PAUSED_RATE_LOOK_MS) : until)

/** The time for which a wake-up is on its way, unless this pass is its result. */
function arrangedWake({ state, wokenFor, uncertain, now }: PassInput): number | undefined {
  const { dueAt } = state
  return dueAt !== undefined && dueAt !== wokenFor && dueAt !== uncertain && dueAt > now ? dueAt : undefined
}

/** A second counts there. */
const isShort = (time_ms: number | undefined): boolean => time_ms !== undefined && time_ms <= PRECISE_UP_TO_MS

/** The wake-up that has to be arranged for that time. An earlier one on its way will do as well. */
export function wakeFor(input: PassInput, dueAt: number | undefined): { readonly wake?: ArrangedWake } {
  const rateLimit = plannedRate(input.limits)
  const { shared, batch } = input.limits
  if (dueAt === undefined || dueAt === arrangedWake(input)) return {}
  // A start that was granted is lost if its job comes too late.
  const isAwaited = shared?.wait?.nextAt !== undefined
  const isPrecise = isAwaited || [rateLimit?.period_ms, batch?.wait_ms].some(isShort)
  return { wake: { at: dueAt, isPrecise } }
}
