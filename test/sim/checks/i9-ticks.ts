/**
 * I9: each tick of a schedule makes exactly one job, or at most one, or at least one, as its owner chose; a job is of a tick that the
 * rule has, and of the definition that stood there; and no tick is passed over but for a reason: it was missed, and `missed` says so, or
 * the job of an earlier one was in the way.
 */
import type { RawItem } from '../../../lib/core/job/job.ts'
import { MISSED_AFTER_MS } from '../../../lib/core/times.ts'
import type { Effect, WorldEvent } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import { definitionIn } from './definitions.ts'
import { readPlace } from './keys.ts'
import { longestPass } from './limits.ts'
import {
  aloneKeyOf,
  asOnRecord,
  isActive,
  isKeptOut,
  isSettled,
  type Life,
  type Lives,
  type ScheduleOnRecord,
  tickOf,
} from './schedule-lives.ts'
import { firstAfter, isTick, ticksBetween } from './ticks.ts'

/** What an invocation has passed over, for its job is put afterwards. */
interface Unsure {
  readonly life: Life
  readonly at: number
  readonly by: Invocation
}

export const oneJobATick = (lives: Lives): Check => {
  const unsure: Unsure[] = []
  return {
    name: 'I9 one job a tick',
    before(event, seen) {
      if (event.kind === 'over') judgeUnsure(event, unsure, seen)
      if (event.kind !== 'effect') return
      const { effect, by } = event
      if (effect.op === 'put' && effect.outcome === 'put') judgePut(effect.item, by, lives, seen)
      if (effect.op === 'takeBack') judgeTakenBack(effect, lives, seen)
      noteEnds(effect, lives, seen)
      if (effect.op !== 'schedule') return
      const life = lives.learn(effect, by, seen.truth.now)
      if (life && asOnRecord(effect.was) === undefined) judgeBegin(life, by, seen)
      if (life && isSettled(life.item))
        judgePassed(life, by, { ...seen, unsure, was: asOnRecord(effect.was) })
      judgeDecider(by, seen)
    },
  }
}

const nameOf = (life: Life): string => `${life.item?.task ?? 'what was'}|${life.item?.name ?? 'there'}`
const iso = (at: number): string => new Date(at).toISOString()

/** A clock by which it was made. */
function judgeBegin({ item }: Life, by: Invocation, { truth, fail }: Seen): void {
  if (!item) return
  const { createdAt } = item
  if (createdAt < by.begunAt + by.skew_ms - 1 || createdAt > truth.now + by.skew_ms + 1)
    fail(`${item.pk} says that it was made at ${iso(createdAt)}, and was not`)
}

function judgePut(job: RawItem, by: Invocation, lives: Lives, { truth, fail }: Seen): void {
  const tick = tickOf(job)
  if (!tick || tick.isManual) return
  const { at } = tick
  const life = lives.of(tick)
  const number = (job['payload'] as { definition: number }).definition
  const delivery = definitionIn(truth.plan, number)?.options.delivery ?? 'exactlyOnce'
  const what = `the job of ${iso(at)} of ${tick.task}|${tick.name} is put`
  if (!life) {
    fail(`${what}, and there is no such schedule`)
    return
  }
  const { item } = life
  const isOwn = isActive(item) && item.payload.definition === number
  if (!isOwn && (delivery === 'exactlyOnce' || by.begunAt > life.definedAt)) {
    fail(`${what} by the definition ${number}, which does not stand there`)
    return
  }
  if (delivery !== 'atLeastOnce' && life.ticks.get(at) === 'put') fail(`${what} for the second time`)
  life.ticks.set(at, 'put')
  life.takenBack.delete(at)
  if (!isOwn || !item) return
  if (!isTick(item.rule, at)) fail(`${what}, and it has no such tick`)
  if (delivery === 'atMostOnce' && item.nextAt !== undefined && item.nextAt <= at)
    fail(`${what} before its schedule has gone on: whoever fires it next may make another`)
  if (at <= life.notBefore && item.buffered !== at)
    fail(`${what}, although it fires only after ${iso(life.notBefore)}`)
  const { runAt } = readPlace(job.sk)
  if (
    runAt < at ||
    runAt > at + item.options.window_ms ||
    (runAt === at + item.options.window_ms && runAt > at)
  )
    fail(`${what}, due ${runAt - at} ms later`)
  if (item.rule.kind !== 'at' && item.buffered !== at)
    judgeMissed(life, { at, offset_ms: runAt - at, by, what }, fail)
}

interface Late {
  readonly at: number
  readonly offset_ms: number
  readonly by: Invocation
  readonly what: string
}

/** What was late already when its putter began was late when it decided. */
function judgeMissed({ item }: Life, { at, offset_ms, by, what }: Late, fail: Seen['fail']): void {
  if (!item) return
  const clock = by.begunAt + by.skew_ms - offset_ms
  const late_ms = clock - at
  if (late_ms <= MISSED_AFTER_MS) return
  const { missed, catchUp_ms } = item.options
  if (missed === 'skip') fail(`${what} ${late_ms} ms late, and missed ticks are to be skipped`)
  else if (late_ms > catchUp_ms) fail(`${what} ${late_ms} ms late, and it catches up with ${catchUp_ms} ms`)
  const later = firstAfter(item.rule, at)
  if (missed === 'one' && later !== undefined && clock - later > MISSED_AFTER_MS)
    fail(`${what} although ${iso(later)} was missed as well, and one job is to be made`)
}

function judgeTakenBack(
  { key: { pk, sk } }: Extract<Effect, { op: 'takeBack' }>,
  lives: Lives,
  { truth, fail }: Seen,
): void {
  const standing = truth.at(pk, sk)
  // Somebody may have put another item in its place.
  const tick = standing && (tickOf(standing.item) ?? lives.tickNamed(standing.id))
  const life = tick && lives.of(tick)
  if (!standing || !tick || !life) {
    fail(`${pk} ${sk} is taken back, and is no job of a tick`)
    return
  }
  if (tick.isManual) fail(`${pk} ${sk} is taken back, and somebody has asked for it by hand`)
  if (truth.claimed(standing)) fail(`${pk} ${sk} is taken back although it is claimed`)
  life.ticks.delete(tick.at)
  life.takenBack.add(tick.at)
  life.judged = Math.max(life.countsFrom, Math.min(life.judged, tick.at - 1))
}

const ENDS: readonly string[] = ['remove', 'bury', 'takeBack', 'endWaiting']

/** When a job is gone that keeps others out. */
function noteEnds(effect: Effect, lives: Lives, { truth }: Seen): void {
  if (!ENDS.includes(effect.op)) return
  const keys =
    effect.op === 'endWaiting' ? effect.burials.map(({ item }) => item) : 'key' in effect ? [effect.key] : []
  for (const key of keys) {
    if (typeof key === 'string') continue
    const standing = truth.at(key.pk, key.sk)
    const tick = standing && tickOf(standing.item)
    const life = tick && lives.of(tick)
    if (!life || aloneKeyOf(standing.item) === undefined) continue
    life.aloneEndedAt = truth.now
    life.isLeftToClock = effect.op === 'endWaiting' || effect.op === 'takeBack'
  }
}

interface Judging extends Seen {
  readonly unsure: Unsure[]
  /** As it stood before. */
  readonly was: ScheduleOnRecord | undefined
}

/** What a newer configuration has moved, an older one would move back; but for one that could not read the record, as with claims. */
function judgeDecider(by: Invocation, { truth, fail }: Seen): void {
  const { fn, id, version } = by
  if (truth.troubled.has(by)) return
  if (fn === 'dispatcher' && !truth.limits.isAllowed(version, truth.now - longestPass(truth.plan), truth.now))
    fail(`${fn}#${id} of version ${version} fires a schedule although that has been replaced`)
}

/** Each tick before the next one has made a job, or there is a reason why not. */
function judgePassed(life: Life, by: Invocation, seen: Judging): void {
  const { item } = life
  if (!item) return
  const next = item.nextAt ?? (item.rule.kind === 'at' ? Number.POSITIVE_INFINITY : undefined)
  if (next === undefined) {
    seen.fail(`${item.pk} has no next tick`)
    return
  }
  for (const at of ticksBetween(item.rule, life.judged, next)) {
    if (life.ticks.has(at)) continue
    const isMissedNow = isMissed(life, at, seen.truth.now + by.skew_ms)
    if (isMissedNow || isInTheWay(life, at, by, seen) || isBehindEarlier(life, at) || isBeforeFired(life, at))
      life.ticks.set(at, 'passed')
    else if (item.options.delivery === 'atMostOnce') {
      life.ticks.set(at, 'unsure')
      seen.unsure.push({ life, at, by })
    } else seen.fail(`${item.pk} goes on to ${iso(next)}, and ${iso(at)} has made no job`)
  }
  life.judged = Math.max(life.judged, Math.min(next - 1, Number.MAX_SAFE_INTEGER))
}

function isMissed({ item }: Life, at: number, clock: number): boolean {
  if (!item || item.rule.kind === 'at' || clock - at < MISSED_AFTER_MS) return false
  const { missed, catchUp_ms } = item.options
  if (missed === 'skip' || clock - at >= catchUp_ms) return true
  const later = firstAfter(item.rule, at)
  return missed === 'one' && later !== undefined && clock - later >= MISSED_AFTER_MS
}

/** A definition goes on behind the last tick that an earlier one has fired, if the job of that could not be taken back. */
const isBehindEarlier = ({ item }: Life, at: number): boolean =>
  item?.lastAt !== undefined && at <= item.lastAt && !isTick(item.rule, item.lastAt)

/** It was taken back, and somebody has cancelled the job of a later one before that: the schedule goes on behind that. */
const isBeforeFired = ({ item, ticks, takenBack }: Life, at: number): boolean =>
  item?.lastAt !== undefined && at < item.lastAt && takenBack.has(at) && ticks.get(item.lastAt) === 'put'

/** The job of an earlier tick was there, at some moment of the invocation; or an earlier tick has waited for that. */
function isInTheWay(life: Life, at: number, by: Invocation, { truth, was }: Judging): boolean {
  const { item } = life
  // What somebody has put in the place of a job does not say that it keeps others out.
  if (truth.plan.edits.length > 0 && item?.options.overlap !== 'allow') return true
  if (!item || item.options.overlap === 'allow' || at > truth.now + by.skew_ms) return false
  if (item.options.overlap === 'bufferOne') return was?.buffered !== undefined && at > was.buffered
  return isKeptOut(item, truth) || life.aloneEndedAt >= by.begunAt
}

/** What was passed over has been put by the end, unless something failed. */
function judgeUnsure(
  { by }: Extract<WorldEvent, { kind: 'over' }>,
  unsure: Unsure[],
  { truth, fail }: Seen,
): void {
  for (const [index, one] of [...unsure.entries()].reverse()) {
    if (one.by !== by) continue
    unsure.splice(index, 1)
    const isLost = one.life.ticks.get(one.at) === 'unsure' && !truth.troubled.has(by)
    if (isLost) fail(`nothing failed, and ${iso(one.at)} of ${nameOf(one.life)} has made no job`)
  }
}
