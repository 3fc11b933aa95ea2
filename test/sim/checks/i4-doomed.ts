/**
 * I4: what was not started in time never starts, and ends as expired; what somebody has cancelled is not tried again, and
 * ends as cancelled unless it succeeds. Neither happens to a job that runs, or to one with which nothing is wrong.
 */
import type { DeadLetter } from '../../../lib/core/job/dead-letter.ts'
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import type { Standing } from './lineage.ts'

/** Clocks differ by up to twice as much. */
const differ = ({ plan }: Seen['truth']): number => 2 * plan.maxSkew_ms

const startBeforeOf = (item: RawItem): number | undefined => {
  const { startBefore } = item as { startBefore?: number | string }
  return startBefore === undefined ? undefined : new Date(startBefore).getTime()
}

export const doomed: Check = {
  name: 'I4 expired and cancelled',
  before(event, seen) {
    const { truth, fail } = seen
    if (event.kind === 'attemptStarted') judgeStart(event.item, event.attempt, seen)
    if (event.kind !== 'effect') return
    const { effect } = event
    if (effect.op === 'replace' && effect.outcome === 'replaced') {
      const standing = truth.at(effect.key.pk, effect.key.sk)
      if (standing?.cancelled) fail(`${standing.pk} ${standing.sk} is cancelled, and tried again`)
    }
    if (effect.op === 'bury' && effect.outcome === 'buried') {
      const standing = truth.at(effect.key.pk, effect.key.sk)
      judge(standing, effect.letter, seen)
      if (standing && effect.letter.reason === 'cancelled' && hasSucceeded(event.by, standing))
        fail(`${standing.pk} ${standing.sk} ends as cancelled by the worker in which it has succeeded`)
    }
    if (effect.op === 'endWaiting' && effect.outcome === 'ended')
      for (const { item, letter } of effect.burials) {
        const standing = truth.at(item.pk, item.sk)
        judge(standing, letter, seen)
        if (standing && truth.claimed(standing) && !hasStarted(event.by, standing, truth))
          fail(`${item.pk} ${item.sk} ends as ${letter.reason} although it is claimed`)
      }
  },
}

/** Whoever could not begin, or finds another job where its own was, gives the slot back with the pass that ends that one. */
const hasStarted = (by: Invocation, { pk, sk, starters }: Standing, { past }: Seen['truth']): boolean =>
  [starters, ...(past.get(`${pk}\n${sk}`) ?? []).map((one) => one.starters)]
    .flat()
    .some((one) => one.by === by)

/** Where its worker dies before it can say so, somebody else ends it as what he finds: a job that was cancelled. */
const hasSucceeded = (by: Invocation, { attempts }: Standing): boolean =>
  attempts.some((one) => one.by === by && one.end === 'succeeded')

function judgeStart(item: RawItem, attempt: number, { truth, fail }: Seen): void {
  const name = `${item.pk} ${item.sk}`
  const startBefore = startBeforeOf(item)
  if (item['cancellation'] !== undefined) fail(`${name} starts although it is cancelled`)
  if (attempt === 1 && startBefore !== undefined && truth.now > startBefore + truth.plan.maxSkew_ms + 1)
    fail(`${name} starts ${truth.now - startBefore} ms too late`)
  const end = truth.asRead(item)?.lineage.end
  if (end === 'cancelled' || end === 'expired') fail(`${name} starts although it has ended as ${end}`)
}

function judge(standing: Standing | undefined, { reason, error }: DeadLetter, { truth, fail }: Seen): void {
  if (!standing) return
  const name = `${standing.pk} ${standing.sk}`
  if (reason !== 'expired' && reason !== 'cancelled') {
    if (standing.cancelled && reason === 'exhausted') fail(`${name} is cancelled, and ends as ${reason}`)
    return
  }
  if (standing.attempts.some(({ end }) => end === undefined)) fail(`${name} ends as ${reason} while it runs`)
  if (reason === 'cancelled' && !/^cancelled by operator \d+/.test(error))
    fail(`${name} is cancelled, and nobody's name is on it: ${error}`)
  const startBefore = startBeforeOf(standing.item)
  if (reason === 'expired' && (startBefore === undefined || truth.now < startBefore - differ(truth)))
    fail(`${name} expires although it has time`)
  if (reason === 'expired' && standing.attempt > 1) fail(`${name} expires although it was tried`)
}
