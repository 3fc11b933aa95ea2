/** I9: only schedules in partitions that are enabled go on, whoever has written them; all others stand still, and are there. */
import type { Effect } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import type { EnabledHistory } from './enabled.ts'
import { asOnRecord, isSettled } from './schedule-lives.ts'

export const onlyEnabled = (history: EnabledHistory): Check => ({
  name: 'I9 only enabled partitions',
  before(event, seen) {
    if (event.kind !== 'effect') return
    const { effect, by } = event
    if (effect.op === 'enabledPartitions') history.learn({ at: seen.truth.now, is: effect.is })
    if (effect.op === 'schedule') judge(effect, by, history, seen)
  },
})

/** Its next tick is another: it has gone on. What counts is where the configuration has it, and not where it still lay. */
function judge(
  { was: before, is: after }: Extract<Effect, { op: 'schedule' }>,
  by: Invocation,
  history: EnabledHistory,
  { truth, fail }: Seen,
): void {
  const [was, is] = [asOnRecord(before), asOnRecord(after)]
  if (by.fn !== 'dispatcher' || !isSettled(was) || !isSettled(is) || was.nextAt === is.nextAt) return
  const span = { version: by.version, from: by.begunAt, until: truth.now }
  if (!history.isEver(truth.plan, is.partition, span))
    fail(`${is.pk} is fired in partition ${is.partition}, which is not enabled`)
}
