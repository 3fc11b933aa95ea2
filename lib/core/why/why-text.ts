/** What holds a job or a partition, in a line for people. */
import { oneLine } from '../text/clip.ts'
import { endedText } from './ended-text.ts'
import { limiterWhyText } from './limiter-text.ts'
import { queueWhyText } from './queue-text.ts'
import { timeText } from './reason-text.ts'
import { countText, holdsText, shardText, troubleText } from './shard-text.ts'
import { fullTexts } from './sizes.ts'
import type { Counted, Why } from './why.ts'

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
      return troubleText(why)
    case 'malformed':
      return `malformed: ${why.problem}`
    case 'gone':
      return why.isSearchedWhole
        ? 'gone: done, dead or taken away'
        : 'gone from its key: done, dead, taken away, or waiting for another attempt far behind'
    case 'ended':
      return endedText(why.job, why.at)
    case 'delayed':
      return `${attemptText(why.job.attempt)}not due before ${clock(why.until)}`
    case 'doomed':
      return `${why.error}; whoever looks at its shard next, and comes so far, ends it`
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
    case 'queue':
      return queueWhyText(why)
  }
}

const attemptText = (attempt: number): string => (attempt === 1 ? '' : `attempt ${attempt}, `)

const aheadText = (ahead: Counted, of: string): string =>
  ahead.count === 0 ? '' : `, behind ${countText(ahead)} of its ${of}`

function partitionText({ shards, troubles, sizes, at }: Extract<Why, { kind: 'partition' }>): string {
  const named = shards.length + troubles.length > 1
  const lines = [
    ...shards.map((one) => [one.shard, shardText(one, at)] as const),
    ...troubles.map((one) => [one.shard, troubleText(one)] as const),
  ]
  const waiting = lines.map(([shard, line]) => (named ? `${shard}: ${line}` : line))
  return [...fullTexts(sizes), ...(waiting.length === 0 ? ['nothing waits'] : waiting)].join('; ')
}
