/** Which starts of the rates that its queue shares a shard gets, and which of those that it has it can still use. */
import { GRANTED_FOR_MS } from '../times.ts'
import type { Grant, SharedWait } from './grant.ts'
import type { LimiterName } from './queue-limiter.ts'
import {
  earliestStart,
  grantedUntil,
  grantKey,
  isAhead,
  isStillGranted,
  isUsable,
  type RateInUse,
} from './shared-rate.ts'

export interface Asked {
  /** All rates that the queue shares, as their limiters have them. */
  readonly rates: readonly RateInUse[]
  /** What the shard has been granted already. */
  readonly known: readonly Grant[]
  /** When each of its next jobs may start by all else. */
  readonly starts: readonly number[]
  /** Jobs are due, whether or not they may start now. */
  readonly hasWork: boolean
  /** The worker takes the first job itself. */
  readonly isOwn: boolean
  readonly now: number
  readonly newToken: () => string
}

export interface Granted {
  /** For the next jobs, in their order. */
  readonly grants: readonly Grant[]
  /** The one that the shard waits for. It asks for no other meanwhile: so all have their turn. */
  readonly ahead?: Grant
  /** Those of both that are new. */
  readonly taken: readonly Grant[]
  readonly dropped: readonly Grant[]
  readonly wait: SharedWait
}

export function grant(asked: Asked): Granted {
  const { now, starts, isOwn } = asked
  const sound = asked.known.filter((one) => isSound(asked.rates, one))
  const usable = sound.filter((one) => isUsable(one, now, isOwn)).slice(0, starts.length)
  const ahead = asked.hasWork ? sound.find((one) => !usable.includes(one) && isKept(one, asked)) : undefined
  const over = asked.known.filter((one) => one !== ahead && !usable.includes(one))
  const dropped = over.filter(({ keys }) => Object.keys(keys).length > 0)
  const rates = dropped.reduce(without, asked.rates)
  if (ahead)
    return { grants: usable, ahead, taken: [], dropped, wait: { ...tightest(rates, now), nextAt: ahead.at } }
  const lapsed = longestLapsed(over, now)
  if (lapsed && asked.hasWork && starts.length === 0)
    return { grants: [], ahead: remembered(lapsed), taken: [], dropped, wait: tightest(rates, now) }
  const grace_ms = lapsed ? LONGER * lengthOf(lapsed) : 0
  return more({ ...asked, rates, grace_ms }, { grants: usable, dropped })
}

/** What has lapsed, for the pass came too late, is granted anew for so much longer: sooner or later it is long enough. */
const LONGER = 4
const LAPSES_MS = 100

const lengthOf = ({ at, until }: Grant): number => until - at

const longestLapsed = (grants: readonly Grant[], now: number): Grant | undefined =>
  grants
    .filter(({ until }) => until < now + LAPSES_MS)
    .toSorted((one, other) => lengthOf(other) - lengthOf(one))[0]

/**
 * While the job lacks something else, the shard only remembers how long it had. Otherwise a slot that is lost with each start
 * that comes too late would make the next one as short again.
 */
const remembered = (lapsed: Grant): Grant =>
  Object.keys(lapsed.keys).length === 0 ? lapsed : { ...lapsed, keys: {} }

/** All rates still count on it. */
const isSound = (rates: readonly RateInUse[], { keys }: Grant): boolean =>
  Object.keys(keys).length === rates.length && rates.every((use) => isStillGranted(use, keys[use.name]))

const isKept = (one: Grant, { now }: Asked): boolean => isAhead(one, now) || isUsable(one, now, false)

/** One after the other, as if each had started: what may start now, and the next one that may not. */
function more(
  asked: Asked & { readonly grace_ms: number },
  { grants: known, dropped }: Pick<Granted, 'grants' | 'dropped'>,
): Granted {
  const { now, starts, isOwn, newToken } = asked
  let { rates } = asked
  const [grants, taken]: [Grant[], Grant[]] = [[...known], []]
  for (const start of starts.slice(known.length)) {
    const at = Math.max(...rates.map((use) => earliestStart(use, Math.max(now, start))))
    if (!Number.isFinite(at)) break
    const limits = rates.map(({ rate }) => rate)
    const usual = grantedUntil(at, limits, now, isOwn && grants.length === 0)
    const until = Math.max(usual, at + Math.min(asked.grace_ms, GRANTED_FOR_MS))
    const next = newGrant(rates, at, until, newToken)
    rates = record(rates, next)
    taken.push(next)
    if (isAhead(next, now))
      return { grants, ahead: next, taken, dropped, wait: { ...tightest(asked.rates, now), nextAt: at } }
    grants.push(next)
  }
  return { grants, taken, dropped, wait: tightest(rates, now) }
}

function newGrant(rates: readonly RateInUse[], at: number, until: number, newToken: () => string): Grant {
  const keys = rates.map(({ name, cost }) => [name, [grantKey(until, newToken()), cost]] as const)
  return { at, until: Math.ceil(until), keys: Object.fromEntries(keys) }
}

const record = (rates: readonly RateInUse[], { keys }: Grant): RateInUse[] =>
  rates.map((use) => {
    const [key, units] = keys[use.name] ?? ['', 0]
    return { ...use, window: { ...use.window, [key]: units } }
  })

const without = (rates: readonly RateInUse[], { keys }: Grant): RateInUse[] =>
  rates.map((use) => {
    const [dropped] = keys[use.name] ?? ['']
    return {
      ...use,
      window: Object.fromEntries(Object.entries(use.window).filter(([key]) => key !== dropped)),
    }
  })

/** The rate that grants its next start last. */
function tightest(rates: readonly RateInUse[], now: number): SharedWait {
  const waits = rates.map((use) => {
    const { allowed, period_ms } = use.rate
    const { slowedUntil } = use
    const slowed = slowedUntil === undefined ? {} : { slowedUntil }
    return { limiter: use.name, allowed, period_ms, nextAt: earliestStart(use, now), ...slowed }
  })
  const [last] = waits.toSorted((one, other) => other.nextAt - one.nextAt)
  if (!last) return { limiter: '' as LimiterName, allowed: 0, period_ms: 0, nextAt: now }
  const { nextAt, ...wait } = last
  return Number.isFinite(nextAt) ? { ...wait, nextAt } : wait
}
