/** Takes one job out of a shard that nobody serves, unless it runs. */
import { deadLetterOf } from '../../core/job/dead-letter.ts'
import type { RawItem } from '../../core/job/job.ts'
import { isPayloadKey } from '../../core/job/payload-key.ts'
import { requeued } from '../../core/job/requeue.ts'
import { holderOfKey } from '../../core/shard/in-flight.ts'
import { isDead, isRunning, type ShardState } from '../../core/shard/state.ts'
import type { refused } from '../../core/text/parsed.ts'
import { SURELY_OVER_MS } from '../../core/times.ts'
import type { MoveOutcome, MoveTarget } from '../../ports/store.ts'
import { claimOf } from '../claim-key.ts'
import type { WorkerContext } from '../context.ts'
import { underFreeKey } from '../free-key.ts'
import { renewPayload } from '../kept-payloads.ts'
import { readState } from '../read-state.ts'
import { MAX_WAITS, NO_ROOM, waitForRoom } from './operator-call.ts'
import type { StrandedShard } from './stranded-shards.ts'

export type MoveContext = Pick<WorkerContext, 'config' | 'store' | 'payloads' | 'clock'>

/** Where stranded jobs shall go: a configured queue, or the dead letters, with a word on who wants that. */
export type Goal = { readonly queue: string } | { readonly deadLettersBy: string }

/** `undefined` for a job that was there no more: somebody else has moved or deleted it. */
export type JobMove =
  | { readonly kind: 'moved' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | undefined

const skipped = (reason: string): JobMove => ({ kind: 'skipped', reason })
const CHANGES = 'it is being changed by others: call again'
/** Of passes that come between. */
const MAX_ROUNDS = 100

export async function moveJob(
  context: MoveContext,
  stranded: StrandedShard,
  item: RawItem,
  goal: Goal,
): Promise<JobMove> {
  const { store, clock } = context
  const target = await targetOf(context, stranded, item, goal)
  if (typeof target === 'string') return skipped(target)
  let waits = 0
  for (let round = 0; round < MAX_ROUNDS && waits < MAX_WAITS; round++) {
    // The state before the move: whoever claims the job in between makes a pass, and the move loses against that.
    const state = await readState(store.states, stranded.shard)
    if (!(await isFree(context, state, item)))
      return skipped('it runs at the moment: call again when it has ended')
    const outcome = await moveOut(context, state, item, target)
    if (typeof outcome === 'object') return skipped(outcome.reason)
    if (outcome === 'moved') return { kind: 'moved' }
    if (outcome === 'gone') return undefined
    if (outcome === 'changed') return skipped(CHANGES)
    if (outcome === 'busy') await waitForRoom(clock, waits++)
  }
  return skipped(waits === MAX_WAITS ? NO_ROOM : CHANGES)
}

const moveOut = async (
  { store }: MoveContext,
  state: ShardState,
  item: RawItem,
  target: MoveTarget,
): Promise<MoveOutcome | ReturnType<typeof refused>> => {
  if ('letter' in target) return store.jobs.moveOut(state, item, target)
  const claim = await claimOf(store, target.job, item)
  if (!claim.ok) return claim
  return underFreeKey(target.job, (job) => store.jobs.moveOut(state, item, { job, claim: claim.value }))
}

/** What takes the job's place, or why it has to stay where it is. */
async function targetOf(
  { config, payloads, clock }: MoveContext,
  { reason }: StrandedShard,
  item: RawItem,
  goal: Goal,
): Promise<MoveTarget | string> {
  // It may have waited for long: its payload is to last as long as what becomes of it now.
  const key = item['payloadKey']
  const payload = isPayloadKey(key) ? await renewPayload({ payloads }, key) : undefined
  if ('deadLettersBy' in goal) {
    const error = `moved to the dead letters by ${goal.deadLettersBy}: ${reason}`
    return { letter: deadLetterOf(item, 'refused', error, clock.now()) }
  }
  // In another queue its task may be known.
  const { unknownSince: _, ...known } = item
  if (payload && !payload.ok) return payload.reason
  const job = requeued(config, known, goal.queue, payload?.value)
  return job.ok ? { job: job.value } : job.reason
}

/**
 * Nobody runs the job, and nobody will start it here. A claim that no worker has taken up is taken back: its message, if
 * it ever arrives, finds another token or none.
 */
async function isFree({ store, clock }: MoveContext, state: ShardState, item: RawItem): Promise<boolean> {
  const holder = holderOfKey(state.slots, item.sk)
  if (!holder) return true
  const [id, slot] = holder
  if (isRunning(slot) && !isDead(slot, clock.now() - SURELY_OVER_MS)) return false
  const outcome = await store.states.release(state.shard, { id, token: slot.token })
  return outcome.kind === 'released'
}
