/**
 * I4: what was accepted is run to success, or is in the dead letters after exactly its attempts, each of them started.
 * What can never run is in the dead letters with a reason, and nothing else is refused.
 */

import { CLOCK_SKEW_MS, UNKNOWN_FOR_MS } from '../../../lib/core/times.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import { readPlace } from './keys.ts'
import { configuredIn } from './limits.ts'
import type { Standing } from './lineage.ts'
import { hasVersion } from './runnable.ts'
import { tickOf } from './schedule-lives.ts'
import type { Truth } from './truth.ts'

export const rightEnd: Check = {
  name: 'I4 the right end',
  before(event, { truth, fail }) {
    if (event.kind !== 'effect') return
    const { effect } = event
    if (effect.op === 'remove' && effect.outcome === 'removed') {
      const standing = truth.at(effect.key.pk, effect.key.sk)
      if (
        standing &&
        !standing.attempts.some(({ end }) => end === 'succeeded') &&
        !ranBefore(truth, event.by, standing)
      )
        fail(`${effect.key.pk} ${effect.key.sk} is deleted without having succeeded`)
    }
    if (effect.op === 'bury' && effect.outcome === 'buried') {
      const standing = truth.at(effect.key.pk, effect.key.sk)
      if (standing) judgeBurial(standing, effect.letter, event.by, { truth, fail })
    }
    if (effect.op === 'replace' && effect.outcome === 'replaced') {
      const standing = truth.at(effect.key.pk, effect.key.sk)
      if (standing && (effect.next.attempt ?? 1) !== standing.attempt)
        judgeRetry(standing, event.by, { truth, fail })
      if (!standing) fail(`${effect.key.pk} ${effect.key.sk} is replaced although it is not there`)
      // By the clock of whoever writes it: it backs off, or waits for its tick.
      if (readPlace(effect.next.sk).runAt < event.by.begunAt + event.by.skew_ms)
        fail(`${effect.next.pk} ${effect.next.sk} is tried again before the attempt before it has ended`)
      const stood = truth.at(effect.next.pk, effect.next.sk)
      if (stood && stood !== standing) fail(`${stood.pk} ${stood.sk} is lost: another item takes its place`)
    }
  },
  finally({ truth, fail }) {
    const waitsForNobody = new Set(
      [...truth.standing.values()]
        .filter((one) => !hasVersion(truth.plan, one))
        .map(({ lineage }) => lineage),
    )
    const waitsForTick = new Set(
      [...truth.standing.values()]
        .filter((one) => isTriedAtTick(one, truth.now))
        .map(({ lineage }) => lineage),
    )
    for (const lineage of truth.lineages) {
      if (!lineage.end && !waitsForNobody.has(lineage) && !waitsForTick.has(lineage))
        fail(`accepted job ${lineage.number} has come to no end`)
      if (lineage.malformed && lineage.end === 'done') fail(`malformed job ${lineage.number} has succeeded`)
    }
  },
}

/** The next attempt comes with the next tick of its schedule, which may be days off. */
function isTriedAtTick({ item, sk }: Standing, now: number): boolean {
  const { runAt } = readPlace(sk)
  const tick = tickOf(item)
  return tick?.onFailure === 'wait' && runAt > now && tick.next.includes(runAt)
}

/** What no function knows for a day is somebody's mistake after all. */
const isGivenUp = (since: number, now: number): boolean => now - since >= UNKNOWN_FOR_MS - CLOCK_SKEW_MS

function judgeBurial(
  standing: Standing,
  letter: { reason: string; error: string },
  by: Invocation,
  { truth, fail }: Pick<Seen, 'truth' | 'fail'>,
): void {
  const { lineage, pk, sk, attempt } = standing
  if (letter.error.length === 0) fail(`${pk} ${sk} is buried without an error`)
  if (letter.reason === 'expired' || letter.reason === 'cancelled') return // `i4-doomed.ts`
  if (letter.reason === 'refused') {
    const isForgotten = isGivenUp(lineage.acceptedAt, truth.now) && letter.error.endsWith(', for a day')
    if (!lineage.malformed && !isForgotten)
      fail(`${pk} ${sk} is refused although nothing is wrong with it: ${letter.error}`)
    return
  }
  const isLastAnyway = tickOf(standing.item)?.onFailure === 'commit'
  const attempts = isLastAnyway ? 1 : configuredIn(truth.plan, pk.split('|')[0] ?? '')?.retry.attempts
  if (attempt !== attempts || lineage.retries !== attempt - lineage.firstAttempt)
    fail(`${pk} ${sk} is buried after ${lineage.retries + 1} attempts of ${attempts}`)
  judgeRetry(standing, by, { truth, fail })
}

/** An attempt that is counted has begun: a slot says so, and the handler has mostly run. */
function judgeRetry(standing: Standing, by: Invocation, { truth, fail }: Pick<Seen, 'truth' | 'fail'>): void {
  const { pk, sk, attempt, starts, starters, attempts } = standing
  if (starts === 0 && !ranBefore(truth, by, standing) && !startedBefore(truth, by, standing))
    fail(`attempt ${attempt} of ${pk} ${sk} is counted although nobody started it`)
  if (
    attempts.length === 0 &&
    starters.length > 0 &&
    !starters.some(({ by, handedOff }) => (handedOff ? truth.unlucky : truth.troubled).has(by))
  )
    fail(
      `attempt ${attempt} of ${pk} ${sk} is counted; it began where nothing failed, and its handler never ran`,
    )
  if (attempts.some(({ end }) => end === undefined))
    fail(`attempt ${attempt} of ${pk} ${sk} still runs and is counted`)
}

/**
 * The same key is the same job. The worker of an earlier item of the same content is found dead: whoever read its slot
 * while it stood may charge its attempt to the copy.
 */
const startedBefore = (truth: Truth, by: Invocation, { pk, sk, content, since }: Standing): boolean =>
  by.begunAt <= since &&
  (truth.past.get(`${pk}\n${sk}`) ?? []).some((one) => one.content === content && one.starts > 0)

/**
 * The same key is the same job. A put that is repeated after its job has ended brings it back, and the end of that
 * job, should it be repeated too, takes the copy with it: its attempt was the copy's.
 */
const ranBefore = (truth: Truth, by: Invocation, standing: Standing): boolean =>
  truth.attempts.some(
    (attempt) =>
      attempt.by === by &&
      attempt.pk === standing.pk &&
      attempt.sk === standing.sk &&
      attempt.standing !== standing &&
      attempt.end !== undefined,
  )

/** Events that make no sense leave a letter each, and so do, after a day, those that a newer version would know. */
export const badEvents: Check = {
  name: 'I4 malformed events',
  after(event, { truth, fail }) {
    if (event.kind !== 'effect' || event.effect.op !== 'buryEvent') return
    const { error, job } = event.effect.letter
    const [, queue = ''] = /^there is no queue "([^"]*)"/.exec(error) ?? []
    if (configuredIn(truth.plan, queue) && !isGivenUp(sentAt(job), truth.now))
      fail(`an event is refused: ${error}`)
  },
  finally({ truth, fail }) {
    const sent = truth.plan.jobs.filter(({ way }) => way === 'malformedEvent').length
    const letters = new Set(
      truth.letters.map(({ sk }) => /#(ingest-\d+)(?:#|$)/.exec(sk)?.[1]).filter((id) => id !== undefined),
    )
    if (letters.size < sent) fail(`${sent} malformed events, but ${letters.size} letters`)
  },
}

/** Its time is when it was sent. */
const sentAt = (event: string): number => Date.parse(JSON.parse(event).time)
