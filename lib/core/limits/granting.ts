/**
 * Which starts of the rates that are granted a shard gets, and which of those that it has it can still use: each only for a job
 * that costs what it was granted for.
 */
import { GRANTED_AT_MOST_MS } from '../times.ts'
import { type Grant, isOnRecord, type SharedWait } from './grant.ts'
import { lengthOf, longestLapsed, remembered } from './lapsed.ts'
import {
  earliestStart,
  grantedUntil,
  grantKey,
  isAhead,
  isStillGranted,
  isUsable,
  type RateInUse,
  unitsFor,
} from './shared-rate.ts'
import { tightest } from './tightest.ts'

export interface Asked {
  /** All rates that the queue shares, as their limiters have them. */
  readonly rates: readonly RateInUse[]
  /** What the shard has been granted already. */
  readonly known: readonly Grant[]
  /** The one of them that its item has. Another pass may have used it meanwhile, so it never goes back before a write there. */
  readonly standing?: Grant | undefined
  /** When each of its next jobs may start by all else. */
  readonly starts: readonly number[]
  /** What each of these says that it costs, if it says anything. */
  readonly costs?: readonly (number | undefined)[]
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
  readonly isOutdated?: true
}

interface Sorted {
  /** For the next jobs. */
  readonly usable: readonly Grant[]
  readonly ahead: Grant | undefined
  readonly over: readonly Grant[]
  readonly tooShort: Grant | undefined
}

/** What of the grants that a shard has it can still use, or wait for. */
function sorted(asked: Asked): Sorted {
  const { now, isOwn } = asked
  const sound = asked.known.filter((one) => isSound(asked.rates, one))
  const tooShort = longestLapsed(
    asked.known.filter((one) => !sound.includes(one)),
    now,
  )
  const isLongEnough = (one: Grant) => tooShort === undefined || lengthOf(one) > lengthOf(tooShort)
  const usable = fitting(
    asked,
    sound.filter((one) => isUsable(one, now, isOwn)),
  )
  const isKept = (one: Grant) =>
    !usable.includes(one) && isLongEnough(one) && isForNext(one, usable.length, asked)
  const ahead = asked.hasWork ? sound.find(isKept) : undefined
  const over = asked.known.filter((one) => one !== ahead && !usable.includes(one))
  return { usable, ahead, over, tooShort }
}

export function grant(asked: Asked): Granted {
  const { now, starts } = asked
  const { usable, ahead, over, tooShort } = sorted(asked)
  const dropped = over.filter((one) => one !== asked.standing && isOnRecord(one))
  const rates = dropped.reduce(without, asked.rates)
  const cost = asked.costs?.[usable.length]
  if (ahead)
    return {
      grants: usable,
      ahead,
      taken: [],
      dropped,
      wait: { ...tightest(rates, now, cost), nextAt: ahead.at },
    }
  const outdated = over.find((one) => one === asked.standing && isOnRecord(one))
  if (outdated && asked.hasWork)
    return {
      grants: usable,
      ahead: remembered(tooShort ?? outdated),
      taken: [],
      dropped,
      wait: tightest(rates, now, cost),
      isOutdated: true,
    }
  const lapsed = longestLapsed(over, now)
  if (lapsed && asked.hasWork && starts.length === 0)
    return { grants: [], ahead: remembered(lapsed), taken: [], dropped, wait: tightest(rates, now, cost) }
  const grace_ms = lapsed ? LONGER * lengthOf(lapsed) : 0
  return more({ ...asked, rates, grace_ms }, { grants: usable, dropped })
}

/** What has lapsed, for the pass came too late, is granted anew for so much longer: sooner or later it is long enough. */
const LONGER = 4

/** All rates still count on it. */
const isSound = (rates: readonly RateInUse[], { keys }: Grant): boolean =>
  Object.keys(keys).length === rates.length && rates.every((use) => isStillGranted(use, keys[use.name]))

/** Those that the next jobs can use, in their order, as far as each has one. */
function fitting({ starts, costs }: Asked, usable: readonly Grant[]): Grant[] {
  const found: Grant[] = []
  for (const index of starts.keys()) {
    const next = usable.find((one) => one.cost === costs?.[index] && !found.includes(one))
    if (!next) break
    found.push(next)
  }
  return found
}

/** To be waited for, or kept for a job that lacks something else. One that would come before it with another cost asks anew. */
const isForNext = (one: Grant, index: number, { now, starts, costs }: Asked): boolean =>
  (isAhead(one, now) || isUsable(one, now, false)) && (index >= starts.length || one.cost === costs?.[index])

/** One after the other, as if each had started: what may start now, and the next one that may not. */
function more(
  asked: Asked & { readonly grace_ms: number },
  { grants: known, dropped }: Pick<Granted, 'grants' | 'dropped'>,
): Granted {
  const { now, starts, costs, isOwn, newToken } = asked
  let { rates } = asked
  const [grants, taken]: [Grant[], Grant[]] = [[...known], []]
  for (const [offset, start] of starts.slice(known.length).entries()) {
    const cost = costs?.[known.length + offset]
    const at = Math.max(...rates.map((use) => earliestStart(use, Math.max(now, start), cost)))
    if (!Number.isFinite(at)) break
    const limits = rates.map(({ rate }) => rate)
    const usual = grantedUntil(at, limits, now, isOwn && grants.length === 0)
    const until = Math.max(usual, at + Math.min(asked.grace_ms, GRANTED_AT_MOST_MS))
    const next = newGrant({ rates, cost, newToken }, at, until)
    rates = record(rates, next)
    taken.push(next)
    if (isAhead(next, now))
      return {
        grants,
        ahead: next,
        taken,
        dropped,
        wait: { ...tightest(asked.rates, now, cost), nextAt: at },
      }
    grants.push(next)
  }
  return { grants, taken, dropped, wait: tightest(rates, now, costs?.[grants.length]) }
}

interface Granting {
  readonly rates: readonly RateInUse[]
  readonly cost: number | undefined
  readonly newToken: () => string
}

function newGrant({ rates, cost, newToken }: Granting, at: number, until: number): Grant {
  const keys = rates.map((use) => [use.name, [grantKey(until, newToken()), unitsFor(use, cost)]] as const)
  return {
    at,
    until: Math.ceil(until),
    keys: Object.fromEntries(keys),
    ...(cost === undefined ? {} : { cost }),
  }
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
