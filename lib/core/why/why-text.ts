/** What holds a job or a partition, in a line for people. */
import { oneLine } from '../text/clip.ts'
import { limiterWhyText } from './limiter-text.ts'
import type { Reason } from './reason.ts'
import { reasonText, timeText } from './reason-text.ts'
import { fullTexts } from './sizes.ts'
import type { Counted, ShardWhy, Why } from './why.ts'

/**
 * One line.
 * @example whyText(await client.why(job))
 * // waiting since 09:00:00Z, behind 17 jobs of its partition: slots 4/4, job a free by 09:01:03Z at the latest
 */
export const whyText = (why: Why): string => oneLine(textOf(why))

function textOf(why: Why): string {
  const clock = (time: number) => timeText(time, why.at)
  switch (why.kind) {
    case 'stranded':
    case 'damaged':
    case 'unsettled':
    case 'malformed':
      return `${why.kind}: ${why.problem}`
    case 'gone':
      return why.isSearchedWhole
        ? 'gone: done, dead or taken away'
        : 'gone from its key: done, dead, taken away, or waiting for another attempt far behind'
    case 'delayed':
      return `${attemptText(why.job.attempt)}not due before ${clock(why.until)}`
    case 'claimed':
      return `claimed, its message is on its way since ${clock(why.sentAt)}`
    case 'running':
      return why.until > why.at
        ? `${attemptText(why.job.attempt)}running until ${clock(why.until)} at the latest`
        : `its worker has died, or it would have ended by ${clock(why.until)}: the next pass sees to it`
    case 'waiting':
      return `${attemptText(why.job.attempt)}waiting since ${clock(why.since)}${aheadText(why.ahead, why.aheadIn)}: ${holdsText(why, why.at)}`
    case 'partition':
      return partitionText(why)
    case 'limiter':
      return limiterWhyText(why)
  }
}

const attemptText = (attempt: number): string => (attempt === 1 ? '' : `attempt ${attempt}, `)

const aheadText = (ahead: Counted, of: string): string =>
  ahead.count === 0 ? '' : `, behind ${countText(ahead)} of its ${of}`

export const countText = ({ count, atLeast }: Counted): string =>
  `${atLeast ? 'at least ' : ''}${jobs(count)}`

const jobs = (count: number): string => `${count} ${count === 1 ? 'job' : 'jobs'}`

function partitionText({ shards, troubles, sizes, at }: Extract<Why, { kind: 'partition' }>): string {
  const named = shards.length + troubles.length > 1
  const lines = [
    ...shards.map((one) => [one.shard, shardText(one, at)] as const),
    ...troubles.map((one) => [one.shard, textOf(one)] as const),
  ]
  const waiting = lines.map(([shard, line]) => (named ? `${shard}: ${line}` : line))
  return [...fullTexts(sizes), ...(waiting.length === 0 ? ['nothing waits'] : waiting)].join('; ')
}

function shardText(shard: ShardWhy, at: number): string {
  if (shard.holds.length > 0) return holdsText(shard, at)
  if (shard.startable > 0) return `nothing holds ${jobs(shard.startable)}: the next pass claims what it can`
  return `nothing waits, ${shard.inFlight} in flight`
}

const holdsText = ({ holds }: { readonly holds: readonly Reason[] }, at: number): string =>
  holds.length === 0
    ? 'nothing holds it, the next pass looks at it'
    : holds.map((reason) => reasonText(reason, at)).join(' · ')
