/** What holds back the jobs of a whole queue, in a line for people. */
import { secondsText } from '../text/seconds.ts'
import type { WaitingFor } from './census.ts'
import { limiterWhyText } from './limiter-text.ts'
import { noteOf } from './paused-by.ts'
import type { Reason } from './reason.ts'
import { limiterText, noteText, reasonText, timeText } from './reason-text.ts'
import { countText, shardText, troubleText } from './shard-text.ts'
import { fullTexts } from './sizes.ts'
import type { QueueWhy } from './why.ts'

type Seen = Extract<QueueWhy, { kind: 'queue' }>

export function queueWhyText(why: Seen): string {
  const held = why.holds.map((reason) => reasonText(ofItself(reason), why.at))
  const limiters = why.limiters.map((one) =>
    one.kind === 'limiter' ? limiterWhyText(one) : `${limiterText(one.name)} ${troubleText(one)}`,
  )
  const now = [...held, ...setTexts(why), ...fullTexts(why.sizes), ...limiters]
  return [
    ...(now.length === 0 ? ['nothing holds all of it'] : now),
    countedText(why),
    ...longestText(why),
  ].join('; ')
}

/** A limit of 0 is said by what holds the queue. */
function setTexts({ queueLimits }: Seen): string[] {
  if (!queueLimits || queueLimits.problem !== undefined) return []
  const { concurrency, rateLimit } = queueLimits
  const limits = [
    ...(concurrency ? [`concurrency ${concurrency}`] : []),
    ...(rateLimit?.allowed ? [`rate ${rateLimit.allowed}/${secondsText(rateLimit.period_ms)}`] : []),
  ]
  return limits.length === 0
    ? []
    : [`each partition has ${limits.join(', ')}, set${noteText(noteOf(queueLimits))}`]
}

/** Not "its queue is paused", as of a job. */
function ofItself(reason: Reason): Reason {
  if (reason.reason !== 'paused') return reason
  const { ofQueue: _, ...own } = reason
  return own
}

function countedText({ counted, at }: Seen): string {
  if (!counted) return 'what waits has not been counted yet'
  const { until, waiting, waitingFor, atLeast } = counted
  const when = `when it was counted last, at ${timeText(until, at)}`
  if (!waitingFor) return `nothing waited ${when}`
  const jobs = countText({ count: waiting, ...(atLeast ? { atLeast } : {}) })
  const shards = Object.values(waitingFor).reduce((sum, one) => sum + one, 0)
  return `some ${jobs} of ${shards} ${shards === 1 ? 'shard' : 'shards'} waited ${when}: ${whatText(waitingFor)}`
}

/** What most wait for comes first. */
const whatText = (waitingFor: WaitingFor): string =>
  Object.entries(waitingFor)
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, shards]) => `${shards} for ${limiterText(name)}`)
    .join(', ')

function longestText({ longest, at }: Seen): string[] {
  if (!longest) return []
  const { shard, since, now } = longest
  const held = 'problem' in now ? troubleText(now) : shardText(now, at)
  return [`longest ${shard}, since ${timeText(since, at)}: ${held}`]
}
