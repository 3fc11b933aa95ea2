/** What holds jobs, in words: one for each reason, and what they are made of. The same words for whoever asks. */
import { keptText } from '../limits/guarantee.ts'
import { isRateOfPartition } from '../limits/limiter-name.ts'
import { secondsText } from '../text/seconds.ts'
import type { Note } from './paused-by.ts'
import type { Reason, SlotHolder, UnitsHolder } from './reason.ts'

/** @param at when the reason was seen, epoch ms */
export const reasonText = <Kind extends Reason['reason']>(reason: Reason<Kind>, at: number): string =>
  TEXTS[reason.reason as Kind](reason, at)

const TEXTS: { readonly [Kind in Reason['reason']]: (reason: Reason<Kind>, at: number) => string } = {
  interval: ({ interval_ms, reopensAt }, at) =>
    `the next start comes ${interval_ms} ms after the last${reopensAt === undefined ? '' : `, at ${timeText(reopensAt, at)}`}`,
  limiter: ({ limiter, lent, units, kept, first, behind, ...pause }, at) =>
    `${limiter.replace('|', ' ')} ${
      units === 0
        ? pauseText(pause)
        : `${lent}/${units}${keptText(kept)}${first ? `, ${holderText(first, at)}` : ''}${behindText(behind)}`
    }`,
  paused: ({ ofQueue, ...pause }) => `${ofQueue ? 'its queue is ' : ''}${pauseText(pause)}`,
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
  'shared rate': ({ limiter, allowed, period_ms, nextAt, cost = 1, ...pause }, at) => {
    const whose = isRateOfPartition(limiter) ? '' : `${limiterText(limiter)} `
    const rate = `${whose}rate ${allowed}/${secondsText(period_ms)}`
    if (nextAt === undefined)
      return cost > allowed && allowed > 0
        ? `${rate} is less than the next job costs: ${cost}`
        : `${whose}rate ${pauseText(pause)}`
    const who = cost === 1 ? '' : ` for a job that costs ${cost}`
    return `${rate} used up, next in ${secondsText(Math.max(0, nextAt - at))}${who}`
  },
  'same id': () => 'another job with the same id is in flight',
  batch: ({ jobs: count, size, until }, at) =>
    `${count} of ${size} jobs of a batch, sent in ${secondsText(Math.max(0, until - at))} at the latest`,
  'not read': () => 'more jobs are due than a pass reads',
}

/** @example limiterText('pool|api') // 'pool api' */
export const limiterText = (name: string): string => name.replace(/^rate\|/, '').replace('|', ' ')

const pauseText = ({ problem, by, note }: Note & { readonly problem?: string }): string =>
  problem === undefined
    ? `paused${noteText({ ...(by === undefined ? {} : { by }), ...(note === undefined ? {} : { note }) })}`
    : `paused, for its override makes no sense: ${problem}`

function holderText(holder: SlotHolder | UnitsHolder, at: number): string {
  const { id, until, sentAt } = holder
  const job = `job ${id}${'shard' in holder ? ` of ${holder.shard}` : ''}`
  return until === undefined
    ? `${job} claimed at ${timeText(sentAt ?? at, at)}`
    : `${job} free by ${timeText(until, at)} at the latest`
}

const behindText = (behind: number | undefined): string =>
  behind === undefined ? '' : `, behind ${behind} ${behind === 1 ? 'shard' : 'shards'} of better priority`

export const noteText = ({ by, note }: Note): string =>
  `${by === undefined ? '' : ` by ${by}`}${note === undefined ? '' : `: ${note}`}`

/** The time of day, or with its date if that is another one than today's. UTC. */
export function timeText(time: number, at: number): string {
  const [text, today] = [time, at].map((one) => new Date(one).toISOString().replace(/\.\d+Z$/, 'Z')) as [
    string,
    string,
  ]
  return text.slice(0, 10) === today.slice(0, 10) ? text.slice(11) : text
}
