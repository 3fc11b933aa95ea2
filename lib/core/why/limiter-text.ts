/** What a limiter does, in a line for people: what holds those who need it, who has changed it, who has its units, and who waits. */

import { DEFAULT_PRIORITY } from '../keys.ts'
import { keptText } from '../limits/guarantee.ts'
import type { LimitOverride } from '../limits/limits.ts'
import { secondsText } from '../text/seconds.ts'
import type { ShardHolder, ShardWaiting } from './holders.ts'
import type { LimiterInfo } from './limiter-info.ts'
import { noteOf } from './paused-by.ts'
import { limiterText, noteText, reasonText, timeText } from './reason-text.ts'
import type { LimiterWhy } from './why.ts'

/** So many shards that have units are named, and so many of a line. */
const MOST_NAMED = 3

type Seen = Extract<LimiterWhy, { kind: 'limiter' }>

export function limiterWhyText(why: Seen): string {
  const held = why.holds.map((reason) => reasonText(reason, why.at)).join(' · ')
  return [
    held === '' ? `${limiterText(why.name)} ${useText(why)}: nothing holds one more job` : held,
    ...changeTexts(why),
    ...holdersText(why, why.at),
    ...lineText(why, why.at),
  ].join('; ')
}

function useText({ units, lent, kept, rate }: LimiterInfo): string {
  const ofUnits = units === undefined ? [] : [`${lent}/${units}${keptText(kept)}`]
  const ofRate = rate ? [`rate ${rate.used}/${rate.allowed} in ${secondsText(rate.period_ms)}`] : []
  return [...ofUnits, ...ofRate].join(', ')
}

/** Who has set what. A pause is said by what holds. */
function changeTexts({ override, configured }: LimiterInfo): string[] {
  const changes = override ? [...unitsChange(override, configured), ...otherChanges(override)] : []
  return changes.length === 0 ? [] : [`${changes.join(', ')}${noteText(noteOf(override))}`]
}

function unitsChange({ concurrency = 0 }: LimitOverride, configured: number | undefined): string[] {
  if (concurrency === 0 || configured === undefined || concurrency === configured) return []
  return [`${concurrency < configured ? 'lowered' : 'raised'} from ${configured} to ${concurrency}`]
}

const otherChanges = ({ rateLimit, guaranteed }: LimitOverride): string[] => [
  ...(rateLimit && rateLimit.allowed > 0
    ? [`rate set to ${rateLimit.allowed}/${secondsText(rateLimit.period_ms)}`]
    : []),
  ...(guaranteed ? ['guarantees set'] : []),
]

function holdersText({ holders }: LimiterInfo, at: number): string[] {
  const [only] = holders
  if (!only) return []
  if (holders.length === 1) return [`${only.shard} has ${only.units}${untilText(only, at)}`]
  const named = holders
    .slice(0, MOST_NAMED)
    .map((holder) => `${holder.shard} ${holder.units}${untilText(holder, at)}`)
  return [`${holders.length} shards have units: ${[...named, ...moreText(holders)].join(', ')}`]
}

/** Its units come back one job after another: the first then, at the latest. */
function untilText({ jobs }: ShardHolder, at: number): string {
  const [first] = jobs ?? []
  if (first?.until !== undefined) return ` until ${timeText(first.until, at)}`
  return jobs && !first ? ' (unused)' : ''
}

const moreText = (shards: readonly unknown[]): string[] =>
  shards.length > MOST_NAMED ? [`${shards.length - MOST_NAMED} more`] : []

function lineText({ waiting }: LimiterInfo, at: number): string[] {
  if (waiting.length === 0) return []
  const named = waiting
    .slice(0, MOST_NAMED)
    .map((one) => `${one.shard}${priorityText(one)}${sinceText(one, at)}`)
  const who = waiting.length === 1 ? '1 shard waits' : `${waiting.length} shards wait`
  return [`${who}: ${[...named, ...moreText(waiting)].join(', ')}`]
}

const priorityText = ({ priority }: ShardWaiting): string =>
  priority === DEFAULT_PRIORITY ? '' : ` (priority ${priority})`

const sinceText = ({ since }: ShardWaiting, at: number): string =>
  since === undefined ? '' : ` since ${timeText(since, at)}`
