/** I9: the jobs of a schedule that must not overlap do not; after a failure goes on what its owner chose; nothing that is right is set aside. */
import type { Effect } from '../world/events.ts'
import type { Check, Seen } from './check.ts'
import { readPlace } from './keys.ts'
import { aloneKeyOf, asOnRecord, tickOf } from './schedule-lives.ts'

export const asChosen: Check = {
  name: 'I9 as the options say',
  before(event, seen) {
    if (event.kind !== 'effect') return
    const { effect, by } = event
    if (effect.op === 'put' && effect.outcome === 'put') judgeAlone(effect, seen)
    if (effect.op === 'replace' && effect.outcome === 'replaced') judgeRetry(effect, by.skew_ms, seen)
    if (effect.op === 'schedule') judgeSetAside(effect, seen)
  },
}

function judgeAlone({ item }: Extract<Effect, { op: 'put' }>, { truth, fail }: Seen): void {
  const key = aloneKeyOf(item)
  if (key === undefined) return
  for (const other of truth.standing.values())
    if (aloneKeyOf(other.item) === key)
      fail(`${item.pk} ${item.sk} is put while ${other.pk} ${other.sk} is there`)
}

function judgeRetry(
  { key, next }: Extract<Effect, { op: 'replace' }>,
  skew_ms: number,
  { truth, fail }: Seen,
): void {
  const tick = tickOf(key)
  if (!tick || (next.attempt ?? 1) === (Number(key['attempt'] ?? 1) || 1)) return
  if (tick.onFailure === 'commit') fail(`${key.pk} ${key.sk} is tried again, and was to be given up`)
  if (tick.onFailure !== 'wait') return
  const { runAt } = readPlace(next.sk)
  // The tick for which it has waited is over, also by a clock that is behind.
  const over = Math.max(truth.now + skew_ms, readPlace(key.sk).runAt)
  const isPast = tick.next.every((at) => at <= over)
  if (!isPast && !tick.next.includes(runAt))
    fail(`${key.pk} ${key.sk} is tried again at ${new Date(runAt).toISOString()}, which is no tick`)
}

/** Only what some configuration has no queue or no partition for. */
function judgeSetAside({ was, is }: Extract<Effect, { op: 'schedule' }>, { truth, fail }: Seen): void {
  const item = asOnRecord(is)
  if (!item?.setAside || was?.['setAside']) return
  const rules = truth.plan.versions.map(({ input: { queues } }) =>
    Object.hasOwn(queues, item.queue) ? queues[item.queue]?.partition !== undefined : undefined,
  )
  if (new Set(rules).size === 1)
    fail(`${item.pk} is set aside, and nothing is wrong: ${item.setAside.reason}`)
}
