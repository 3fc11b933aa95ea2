/**
 * Which starts of the rates that are granted a shard gets, and which of those that it has it can still use: each only for a job
 * that costs what it was granted for.
 */
import { GRANTED_AT_MOST_MS } from '../times.ts'
import { type Grant, isOnRecord, type SharedWait } from './grant.ts'
import { lengthOf, longestLapsed, remembered } from './lapsed.ts'
import { newGrant, record, type Span, without } from './on-record.ts'
import { roomBetween } from './room-between.ts'
import {
  earliestStart,
  grantedUntil,
  isAhead,
  isFarAhead,
  isStillGranted,
  isUsable,
  type RateInUse,
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
  if (ahead) {
    const sooner = soonerThan(ahead, { ...asked, rates }, usable)
    if (sooner) return { ...sooner, dropped: ahead === asked.standing ? dropped : [...dropped, ahead] }
    return {
      grants: usable,
      ahead,
      taken: [],
      dropped,
      wait: { ...tightest(rates, now, cost), nextAt: ahead.at },
    }
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

/**
 * Who waits for long moves forward if there is room: a rate may have been raised. What it had is on record until its item says the new
 * one, and nobody else is put off. If its job lacks something else by now, that is what it waits for, and it asks when it has it.
 */
function soonerThan(ahead: Grant, asked: Asked, usable: readonly Grant[]): Granted | undefined {
  const { now, starts, costs = starts } = asked
  if (!isFarAhead(ahead, now) || usable.length >= costs.length) return undefined
  const lacksMore = starts[usable.length] === undefined
  const all = lacksMore ? [...starts, now] : starts
  const found = more({ ...asked, starts: all, grace_ms: 0 }, { grants: usable, dropped: [] })
  const [first] = found.taken
  if (!first || !isFarAhead(ahead, first.at)) return undefined
  return lacksMore ? { grants: usable, taken: [], dropped: [], wait: found.wait } : found
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
    const isNext = isOwn && grants.length === 0
    const span = nextSpan({ ...asked, rates }, Math.max(now, start), { cost, isNext })
    if (!span) break
    const next = newGrant({ rates, cost, newToken }, span)
    rates = record(rates, next)
    taken.push(next)
    if (isAhead(next, now))
      return {
        grants,
        ahead: next,
        taken,
        dropped,
        wait: { ...tightest(asked.rates, now, cost), nextAt: next.at },
      }
    grants.push(next)
  }
  return { grants, taken, dropped, wait: tightest(rates, now, costs?.[grants.length]) }
}

interface Next {
  readonly cost: number | undefined
  /** The worker takes it itself. */
  readonly isNext: boolean
}

/** After all that were granted, or, if that is far off, where there is room before. `undefined`: never. */
function nextSpan(
  { rates, now, grace_ms }: Pick<Asked, 'rates' | 'now'> & { readonly grace_ms: number },
  from: number,
  { cost, isNext }: Next,
): Span | undefined {
  const last = Math.max(...rates.map((use) => earliestStart(use, from, cost)))
  if (!Number.isFinite(last)) return undefined
  const limits = rates.map(({ rate }) => rate)
  const untilOf = (at: number) =>
    Math.max(grantedUntil(at, limits, now, isNext), at + Math.min(grace_ms, GRANTED_AT_MOST_MS))
  const isFar = isFarAhead({ at: last }, now)
  const at = (isFar ? roomBetween({ rates, cost, from, before: last, untilOf }) : undefined) ?? last
  return { at, until: untilOf(at) }
}
