/** What holds a job or a partition, in a line for people. */
import { keptText } from '../limits/guarantee.ts'
import { isRateOfPartition } from '../limits/limiter-name.ts'
import { oneLine } from '../text/clip.ts'
import { secondsText } from '../text/seconds.ts'
import type { Note, Reason, SlotHolder, UnitsHolder } from './reason.ts'
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

/** @param at when the reason was seen, epoch ms */
export const reasonText = <Kind extends Reason['reason']>(reason: Reason<Kind>, at: number): string =>
  TEXTS[reason.reason as Kind](reason, at)

const TEXTS: { readonly [Kind in Reason['reason']]: (reason: Reason<Kind>, at: number) => string } = {
  interval: ({ interval_ms, reopensAt }, at) =>
    `the next start comes ${interval_ms} ms after the last${reopensAt === undefined ? '' : `, at ${timeText(reopensAt, at)}`}`,
  limiter: ({ limiter, lent, units, kept, first, behind, ...note }, at) =>
    `${limiter.replace('|', ' ')} ${
      units === 0
        ? `paused${noteText(note)}`
        : `${lent}/${units}${keptText(kept)}${first ? `, ${holderText(first, at)}` : ''}${behindText(behind)}`
    }`,
  paused: ({ problem, ofQueue, ...note }) =>
    problem === undefined
      ? `${ofQueue ? 'its queue is ' : ''}paused${noteText(note)}`
      : `paused, for its override makes no sense: ${problem}`,
  'slowed down': ({ until, limiter, ...note }, at) =>
    `${limiter ? `${limiter.replace('|', ' ')} ` : ''}slowed down until ${timeText(until, at)}${noteText(note)}`,
  slots: ({ inFlight, slots, first, partition, lacksStarts }, at) =>
    [
      lacksStarts ? 'no start of the rate, other shards have them' : `slots ${inFlight}/${slots}`,
      ...(first && !lacksStarts ? [holderText(first, at)] : []),
      ...(partition
        ? [
            `of ${partition.slots ?? 'unlimited'} in its partition, ${partition.lent} lent${behindText(partition.behind)}`,
          ]
        : []),
    ].join(', '),
  rate: ({ allowed, period_ms, nextAt }, at) =>
    `rate ${allowed}/${secondsText(period_ms)} used up${nextAt === undefined ? '' : `, next in ${secondsText(Math.max(0, nextAt - at))}`}`,
  throttled: ({ stretch, reopensAt }, at) =>
    `too many attempts have failed: ${stretch} times slower${reopensAt === undefined ? '' : `, looked at again at ${timeText(reopensAt, at)}`}`,
  'shared rate': ({ limiter, allowed, period_ms, nextAt, cost = 1 }, at) => {
    const whose = isRateOfPartition(limiter) ? '' : `${limiter.replace(/^rate\|/, '').replace('|', ' ')} `
    const rate = `${whose}rate ${allowed}/${secondsText(period_ms)}`
    if (nextAt === undefined)
      return cost > allowed && allowed > 0
        ? `${rate} is less than the next job costs: ${cost}`
        : `${rate} paused`
    const who = cost === 1 ? '' : ` for a job that costs ${cost}`
    return `${rate} used up, next in ${secondsText(Math.max(0, nextAt - at))}${who}`
  },
  'same id': () => 'another job with the same id is in flight',
  batch: ({ jobs: count, size, until }, at) =>
    `${count} of ${size} jobs of a batch, sent in ${secondsText(Math.max(0, until - at))} at the latest`,
  'not read': () => 'more jobs are due than a pass reads',
}

function holderText(holder: SlotHolder | UnitsHolder, at: number): string {
  const { id, until, sentAt } = holder
  const job = `job ${id}${'shard' in holder ? ` of ${holder.shard}` : ''}`
  return until === undefined
    ? `${job} claimed at ${timeText(sentAt ?? at, at)}`
    : `${job} free by ${timeText(until, at)} at the latest`
}

const behindText = (behind: number | undefined): string =>
  behind === undefined ? '' : `, behind ${behind} ${behind === 1 ? 'shard' : 'shards'} of better priority`

const noteText = ({ by, note }: Note): string =>
  `${by === undefined ? '' : ` by ${by}`}${note === undefined ? '' : `: ${note}`}`

/** The time of day, or with its date if that is another one than today's. UTC. */
function timeText(time: number, at: number): string {
  const [text, today] = [time, at].map((one) => new Date(one).toISOString().replace(/\.\d+Z$/, 'Z')) as [
    string,
    string,
  ]
  return text.slice(0, 10) === today.slice(0, 10) ? text.slice(11) : text
}
