/** The starts of shared rates in a pass: what its claims use of them, what the shard waits for, and what goes back. */
import type { Job } from '../../core/job/job.ts'
import { type Grant, isOnRecord, type SharedStarts } from '../../core/limits/grant.ts'
import type { ShardLimits } from '../../core/limits/limits.ts'
import type { Claim, Decision, PassInput } from '../../core/pass/decide.ts'
import type { Hold } from '../../core/pass/holds.ts'
import { roomFor, type Staying, separateTwins } from '../../core/pass/room.ts'
import { isRunning, type ShardState } from '../../core/shard/state.ts'
import { KEPT_FOR_START_MS } from '../../core/times.ts'
import type { GrantedStart, SettledStart } from '../../ports/queues.ts'
import type { PassWrite } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { askForStarts } from '../lending/grants.ts'
import type { RoundRequest } from './request.ts'

interface Asking {
  readonly read: Pick<PassInput, 'state' | 'more'>
  /** The jobs that may start, but for limits: the first of each batch. */
  readonly due: readonly Job[]
  readonly staying: Staying
  readonly limits: ShardLimits
  readonly request: RoundRequest
}

/** The limits with what the shared rates grant within them. */
export async function withSharedStarts(
  context: Context,
  { read, due, staying, limits, request }: Asking,
): Promise<ShardLimits | 'stale'> {
  const { candidates } = separateTwins(due, staying)
  const { state } = read
  const { starts } = roomFor(staying, { state, limits, now: context.clock.now() })
  const shared = await askForStarts(context, {
    state,
    starts: starts.slice(0, candidates.length),
    costs: candidates.map(({ cost }) => cost),
    ...(limits.costRate ? { costRate: limits.costRate } : {}),
    hasWork: candidates.length > 0 || read.more,
    isOwn: request.runUntil !== undefined && !(request.shared && candidates[0]?.alone),
    granted: request.granted ?? [],
  })
  if (shared === 'stale') return 'stale'
  return shared ? { ...limits, shared } : limits
}

/** Of what a visit was granted, what no pass has written down: another round may use it. */
export const keptByVisit = ({ shared }: ShardLimits, { granted }: ShardState): Grant[] =>
  shared ? [...shared.grants, ...(shared.ahead ? [shared.ahead] : [])].filter((one) => one !== granted) : []

/** What the shard waits for from now on, if that changes. */
export function grantedAfter(
  { granted }: Pick<ShardState, 'granted'>,
  { shared }: ShardLimits,
): Pick<PassWrite, 'granted'> {
  const ahead = shared?.ahead
  if (ahead === granted) return {}
  return { granted: ahead ?? 'over' }
}

export const unusedOf = ({ shared }: ShardLimits, { claims }: Decision): Grant[] =>
  (shared?.grants ?? []).filter((one) => !claims.some(({ granted }) => granted === one))

/** What goes back once the write that takes it out of the shard's item has been made: nobody can have used it then. */
export function takenOut({ granted }: ShardState, limits: ShardLimits, { claims }: Decision): Grant[] {
  if (!granted || !isOnRecord(granted) || !grantedAfter({ granted }, limits).granted) return []
  return claims.some((claim) => claim.granted === granted) ? [] : [granted]
}

const isOfSharedRate = (hold: Hold): hold is Extract<Hold, { reason: 'shared rate' }> =>
  hold.reason === 'shared rate'

/** What a job waits for that has all but a start: units are kept for it if that comes soon, and otherwise are for others. */
export function waitForStart(holds: readonly Hold[], now: number): 'none' | 'short' | 'long' {
  const hold = holds.find(isOfSharedRate)
  if (!hold) return 'none'
  return hold.nextAt !== undefined && hold.nextAt <= now + KEPT_FOR_START_MS ? 'short' : 'long'
}

/** A start on record so much later than the job can have started is worth a write. */
const WORTH_A_WRITE = 10

/** What the worker has to know of the start. */
export function grantedStart(
  { granted, slot, startAt }: Claim,
  shared: SharedStarts | undefined,
): { readonly granted?: GrantedStart } {
  if (!granted || !shared) return {}
  const { late_ms, kept_ms, buckets_ms } = shared.counting
  // A worker that takes a job itself has it start soon.
  const isLong = !isRunning(slot) && granted.until - startAt > kept_ms / WORTH_A_WRITE
  const settle = Object.entries(granted.keys).flatMap(([name, grant]): SettledStart[] => {
    const limiter = name as SettledStart['limiter']
    const bucket_ms = buckets_ms[limiter] ?? 1
    // Many single ones would make the item large.
    return grant && (isLong || bucket_ms > 1) ? [{ limiter, grant, bucket_ms }] : []
  })
  const { at, until, cost } = granted
  return { granted: { at, until, late_ms, settle, ...(cost === undefined ? {} : { cost }) } }
}

/** A claim that is sent once more has the time that it had. */
export const grantedAgain = (startBy: number | undefined): { readonly granted?: GrantedStart } =>
  startBy === undefined ? {} : { granted: { at: startBy, until: startBy, late_ms: 1, settle: [] } }
