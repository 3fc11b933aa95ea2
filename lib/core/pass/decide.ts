/**
 * What a pass does, as a pure function of what it read. The one place where limits are enforced: nothing takes a
 * slot but by the decision made here and the conditional write that follows it.
 *
 * What stays → who is admitted → what holds the others → when to look again → the change, checked before it is written.
 */
import { earliest } from '../earliest.ts'
import { plannedRate, type ShardLimits } from '../limits/limits.ts'
import { bucketOf, bucketWidth, forgottenBuckets } from '../limits/window.ts'
import { isOverdue } from '../shard/attention.ts'
import { jobsInFlight } from '../shard/in-flight.ts'
import { isRunning, type ShardState, type Slots, slotEntries } from '../shard/state.ts'
import { type Admission, admit } from './admit.ts'
import { isLeftAmid, isOvertaken } from './amid.ts'
import { assertSound } from './assertions.ts'
import { heldAfter } from './held.ts'
import { isEndedByOthers } from './holds.ts'
import type { Claim, Decision, PassChange, PassInput } from './input.ts'
import { looksOf, wakeFor } from './looks.ts'
import { type Staying, slotsThatStay } from './room.ts'

export type { ArrangedWake, Claim, Decision, Holder, PassChange, PassInput, Released } from './input.ts'
export { leadOf, plannedStart } from './room.ts'

/** @throws BrokenRuleError if the decision would break a rule of the protocol */
export function decide(input: PassInput): Decision {
  const staying = slotsThatStay(input)
  const admission = admit(input, staying)
  const { claims, holds, readOn } = admission
  const looks = looksOf(input, holds)
  const dueAt = earliest(...looks.map(({ at }) => at))
  const slots = slotsOf(input, staying, claims)
  const amid = amidOf(input, staying, slots.take, admission)
  const change: PassChange = {
    ...slots,
    waiting: holds.some(isEndedByOthers),
    waitingAmid: isLeftAmid(amid),
    held: heldAfter(input.state, holds, input.now),
    ...(dueAt === undefined ? {} : { dueAt }),
  }
  const changed = isChange(input.state, change) || isOvertaken(amid)
  const decision = { change, changed, claims, holds, looks, readOn, ...wakeFor(input, dueAt) }
  assertSound(input, decision)
  return decision
}

/** DynamoDB takes expressions of 4 KB, most of which a hundred slots may need. The rest is forgotten by the next pass. */
const MAX_FORGET = 50

/** The slots that are taken, dropped and sent again, and the starts that are remembered and forgotten. */
function slotsOf(
  input: PassInput,
  staying: Staying,
  claims: readonly Claim[],
): Omit<PassChange, 'waiting' | 'waitingAmid' | 'held'> {
  const { state, limits, now } = input
  const stays = new Set(staying.map(([id]) => id))
  const own = startOfOwn(claims, limits)
  return {
    take: Object.fromEntries(claims.map(({ job, slot }) => [job.id, slot])),
    drop: slotEntries(state.slots).flatMap(([id]) => (stays.has(id) ? [] : [id])),
    resend: staying.flatMap(([id, slot]) => (isOverdue(slot, now) ? [{ id, token: slot.token }] : [])),
    sentAt: now,
    ...own,
    forget: forgettable(input).filter((bucket) => bucket !== own.start),
  }
}

/** While nothing may start, nothing is forgotten: the limit that is lifted may be another than the one that paused. */
const forgettable = ({ state, limits, now }: PassInput): string[] =>
  limits.isPaused ? [] : forgottenBuckets(state.window, plannedRate(limits), now).slice(0, MAX_FORGET)

function startOfOwn([first]: readonly Claim[], limits: ShardLimits): { start?: string } {
  if (!first || !isRunning(first.slot)) return {}
  return { start: bucketOf(first.startAt, bucketWidth(plannedRate(limits))) }
}

const amidOf = (input: PassInput, staying: Staying, take: Slots, { unclaimed }: Admission) => ({
  ...input,
  staying: jobsInFlight(staying),
  next: jobsInFlight([...staying, ...slotEntries(take)]),
  unclaimed: unclaimed.map(({ key }) => key.sk),
})

function isChange(state: ShardState, change: PassChange): boolean {
  return (
    Object.keys(change.take).length + change.drop.length + change.resend.length > 0 ||
    change.waiting !== state.waiting ||
    change.waitingAmid !== (state.waitingAmid === true) ||
    change.dueAt !== state.dueAt
  )
}
