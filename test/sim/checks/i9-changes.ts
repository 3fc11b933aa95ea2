/**
 * I9: when somebody has been told that a schedule is changed, paused or removed, no job of what it was starts any more that was not due
 * yet, but for those that were claimed by then.
 */
import type { WorldEvent } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import { asOnRecord, type ScheduleOnRecord, tickOf } from './schedule-lives.ts'

interface Write {
  readonly at: number
  readonly was: ScheduleOnRecord
}

export const nothingOfBefore = (): Check => {
  /** Invocation → the first change that it has written. */
  const writes = new Map<number, Write>()
  return {
    name: 'I9 nothing of what was',
    before(event, seen) {
      if (event.kind === 'scheduleTold') judge(event, writes.get(event.by.id), seen)
      if (event.kind !== 'effect' || event.effect.op !== 'schedule') return
      const { by, effect } = event
      const [was, is] = [asOnRecord(effect.was), asOnRecord(effect.is)]
      if (!was || !isCaller(by) || !isChanged(was, is) || writes.has(by.id)) return
      writes.set(by.id, { at: seen.truth.now, was })
    },
  }
}

const isCaller = ({ fn }: Invocation): boolean => fn === 'client' || fn === 'admin'

/** What others have left to be taken back is no change of the caller's own. */
const isChanged = (was: ScheduleOnRecord, is: ScheduleOnRecord | undefined): boolean =>
  !was.isRemoved &&
  (!is ||
    is.isRemoved === true ||
    (is.pause !== undefined && was.pause === undefined) ||
    is.payload.definition !== was.payload.definition)

function judge(
  { by, key, what }: Extract<WorldEvent, { kind: 'scheduleTold' }>,
  write: Write | undefined,
  { truth, fail }: Seen,
): void {
  if (!write || what === 'resume' || what === 'runNow') return
  // A deploy may have given its jobs another place.
  if (truth.plan.versions.length > 1) return
  const { was, at } = write
  const clock = at + by.skew_ms
  for (const standing of truth.standing.values()) {
    const tick = tickOf(standing.item)
    if (!tick || tick.isManual || tick.task !== was.task || tick.name !== was.name) continue
    const isOfBefore = standing.since <= at && standing.runAt > clock
    const isUntouched = standing.attempt === 1 && standing.starts === 0 && standing.lineage.moves === 0
    const wasClaimed = truth.claimedAt.has(`${standing.pk}\n${standing.id}`)
    if (isOfBefore && isUntouched && !wasClaimed)
      fail(`${key}: ${what} is told, and ${standing.pk} ${standing.sk} of what was still waits`)
  }
}
