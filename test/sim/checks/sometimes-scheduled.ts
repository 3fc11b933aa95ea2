/** What has to happen now and then to schedules and their ticks. */
import type { RawItem } from '../../../lib/core/job/job.ts'
import { MISSED_AFTER_MS } from '../../../lib/core/times.ts'
import type { Effect, WorldEvent } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import { definitionIn } from './definitions.ts'
import { readPlace } from './keys.ts'
import { asOnRecord, type ScheduleOnRecord, tickOf } from './schedule-lives.ts'
import type { Sometimes } from './sometimes-names.ts'
import { ticksBetween } from './ticks.ts'
import type { Truth } from './truth.ts'

type Count = (name: Sometimes, happened?: boolean) => void

export function scheduled(event: WorldEvent, truth: Truth, count: Count): void {
  if (event.kind === 'scheduleRefused') count('schedule found firing', event.why === 'ScheduleFiringError')
  if (event.kind !== 'effect') return
  const { effect, by } = event
  if (effect.op === 'put' && effect.outcome === 'put') putOf(effect.item, truth, count)
  count('tick taken back', effect.op === 'takeBack')
  if (effect.op === 'schedule') changed(effect, { by, now: truth.now }, count)
  if (effect.op === 'schedule') byOthers(effect, by, count)
  count('schedule put by hand', effect.op === 'scheduleByHand')
  count('other partitions of schedules enabled', effect.op === 'enabledPartitions')
}

const DELIVERED = {
  exactlyOnce: 'schedule fired exactly once',
  atLeastOnce: 'schedule fired at least once',
  atMostOnce: 'schedule fired at most once',
} as const

function putOf(job: RawItem, { plan, now }: Truth, count: Count): void {
  const tick = tickOf(job)
  if (!tick) return
  count('job of a schedule by hand', tick.isManual === true)
  if (tick.isManual) return
  const { definition } = job['payload'] as { definition: number }
  const { rule, options } = definitionIn(plan, definition) ?? {}
  const late_ms = now - readPlace(job.sk).runAt
  count('schedule fired')
  count(DELIVERED[options?.delivery ?? 'exactlyOnce'])
  count('tick put ahead', late_ms < 0)
  count('tick missed and made up for', late_ms > MISSED_AFTER_MS)
  count(
    'tick of a daily time about a change of the clocks',
    rule !== undefined && 'cron' in rule && /^\d/.test(rule.cron),
  )
}

interface When {
  readonly by: Invocation
  readonly now: number
}

function changed(
  { was: before, is: after }: Extract<Effect, { op: 'schedule' }>,
  { by, now }: When,
  count: Count,
): void {
  const [was, is] = [asOnRecord(before), asOnRecord(after)]
  if (!was) return
  const isFired = by.fn === 'dispatcher'
  count('one-time fired, and gone', !is && by.fn === 'worker')
  count('tick waits for the job of an earlier one', is?.buffered !== undefined && was.buffered === undefined)
  count('jobs left to be taken back by somebody else', was.withdraw !== undefined && isFired)
  if (!is) return
  const isChanged = was.payload.definition !== is.payload.definition
  count('schedule changed while it is paused', isChanged && is.pause !== undefined)
  count('schedule moved to another partition', isFired && was.partition !== is.partition)
  const isOn = isFired && is.nextAt !== was.nextAt
  count('tick passed over for the job of an earlier one', isOn && is.lastAt === was.lastAt)
  count('tick missed and passed over', isOn && isPassedOver(was, is, now))
}

/** A deploy, or a dispatcher that has found what somebody has put by hand. */
function byOthers(
  { was: before, is: after }: Extract<Effect, { op: 'schedule' }>,
  { fn }: Invocation,
  count: Count,
): void {
  const [was, is] = [asOnRecord(before), asOnRecord(after)]
  count('schedule made of what was put by hand', before !== undefined && !was && is !== undefined)
  count('schedule put by hand refused', before !== undefined && !was && !after)
  if (fn !== 'tick' && fn !== 'deployer') return
  count('declared schedule made', !was && is !== undefined)
  count('declared schedule changed', was !== undefined && is !== undefined && !is.isRemoved)
  count('declared schedule removed', was !== undefined && (!is || is.isRemoved === true))
}

/** Of those that were missed one makes its job, at most. */
function isPassedOver({ nextAt: from }: ScheduleOnRecord, is: ScheduleOnRecord, now: number): boolean {
  const { rule, options, nextAt = now } = is
  if (from === undefined || options.missed === 'all') return false
  const missed = ticksBetween(rule, from - 1, Math.min(nextAt, now - MISSED_AFTER_MS))
  return missed.length > (options.missed === 'one' ? 1 : 0)
}
