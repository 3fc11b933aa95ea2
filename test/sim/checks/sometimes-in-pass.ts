/** What has to happen now and then in the write of a pass. */
import type { Slot } from '../../../lib/core/shard/state.ts'
import type { Effect } from '../world/events.ts'
import { isSecondCopy } from './claims.ts'
import { flightsIn } from './flights.ts'
import type { Sometimes } from './sometimes-names.ts'
import type { Truth } from './truth.ts'

type Pass = Extract<Effect, { op: 'pass' }>
type Count = (name: Sometimes, happened?: boolean) => void

export function happenedInPass(effect: Pass, fn: string, truth: Truth, count: Count): void {
  const { change, outcome, read } = effect
  count('pass conflicts', outcome.kind === 'conflict')
  if (outcome.kind === 'conflict') return
  count('pass sent twice is one pass', isSecondCopy(effect))
  if (isSecondCopy(effect)) return
  const taken = Object.values(change.take)
  const own = taken.some((slot) => 'deadline' in slot)
  const released = fn === 'worker' && change.drop.length > 0
  count(
    'claim by message',
    taken.some((slot) => 'sentAt' in slot),
  )
  count('hand-off to own attempt', own)
  count('hand-off by message', released && !own && taken.length > 0)
  count('job waits amid those in flight', change.waitingAmid && read.waitingAmid === undefined)
  count('nobody waits amid those in flight any more', !change.waitingAmid && read.waitingAmid === true)
  countBatches(effect, truth, count)
  count('claim resent', change.resend.length > 0)
  count('dead attempt recovered', fn !== 'worker' && change.drop.length > 0)
  count('delayed job listed in the due index', change.dueShard !== undefined)
  count('delayed job waits in the wake queue', change.dueAt !== undefined && change.dueShard === undefined)
  const inFlight = Object.keys(read.slots).length - change.drop.length + taken.length
  const room = change.waiting && Object.keys(outcome.state.slots).length < inFlight
  count('pass goes round again', room)
  const held = flightsIn(read.slots).map(({ id, runAt }) => [id, runAt] as const)
  const twins = [...truth.standing.values()].some(
    (job) => job.pk === effect.shard && held.some(([id, runAt]) => id === job.id && runAt !== job.runAt),
  )
  count('twin waits', change.waiting && twins)
  count(
    'window reopens by wake-up',
    taken.length > 0 && Object.keys(read.window).length > 0 && fn === 'dispatcher',
  )
  count(
    'many starts in a bucket',
    Object.values(outcome.state.window).some((starts) => starts > 1),
  )
}

function countBatches({ read, change, shard }: Pass, truth: Truth, count: Count): void {
  const [version] = truth.plan.versions
  const size = version.config.queues[shard.split('|')[0] ?? '']?.batch?.size
  const isPartial = Object.values(change.take).some(({ others }) => (others?.length ?? 0) + 1 < (size ?? 0))
  count('batch claimed that is not full', isPartial)
  count(
    'dead batch recovered',
    change.drop.some((id) => isDead(read.slots[id], truth.now)),
  )
}

const isDead = (slot: Slot | undefined, now: number): boolean =>
  slot?.others !== undefined && 'deadline' in slot && slot.deadline < now
