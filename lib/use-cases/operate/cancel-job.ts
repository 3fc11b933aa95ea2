/** Somebody cancels a job: one that waits ends now, one that runs is told, and ends with its attempt. */
import type { Cancellation } from '../../core/job/doom.ts'
import { type Job, parseJob, type RawItem } from '../../core/job/job.ts'
import {
  FIRST_SORT_KEY,
  firstKeyBehind,
  formatSortKey,
  type JobId,
  type ShardKey,
  type SortKey,
} from '../../core/keys.ts'
import { slotOfJob } from '../../core/shard/in-flight.ts'
import { positionOf, type ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { endWaiting } from '../pass/doomed.ts'
import { readState } from '../read-state.ts'
import { MAX_WAITS, waitForRoom } from './operator-call.ts'

export interface JobNamed {
  readonly shard: ShardKey
  readonly id: JobId
  /** Where it stood once. Each attempt makes its key a later one, of the same priority. */
  readonly sk?: SortKey
}

export type CancelResult =
  /** It is in the dead letters, and will not start. */
  | { readonly kind: 'cancelled' }
  /** It is claimed or runs. It does not start any more, or its `signal` is aborted; unless it succeeds, it ends as cancelled. */
  | { readonly kind: 'cancelling' }
  /** There is no such job any more: it has ended, or it was moved. */
  | { readonly kind: 'gone' }
  /** It was not among the first jobs of its shard; there are more than were looked at. */
  | { readonly kind: 'not found'; readonly looked: number }
  /** Others change it all the time, or DynamoDB has no room: nothing was done, call again. */
  | { readonly kind: 'busy' }

export type CancelContext = Pick<Context, 'config' | 'store' | 'clock' | 'events'>

/** Of a job that is not where it stood: up to 10,000 items are looked at. */
const PAGE = 250
const MOST_PAGES = 40

export async function cancelJob(
  context: CancelContext,
  named: JobNamed,
  mark: Cancellation,
): Promise<CancelResult> {
  for (let tries = 0; tries < MAX_WAITS; tries++) {
    // The state before the job: whoever claims it in between makes a pass, and this loses against that.
    const state = await readState(context.store.states, named.shard)
    const found = await find(context, state, named)
    if (!('item' in found)) return found
    const result = await cancelStanding(context, state, found.item, mark)
    if (result) return result
    await waitForRoom(context.clock, tries)
  }
  return { kind: 'busy' }
}

/** `undefined` if something has changed since it was read. */
async function cancelStanding(
  context: CancelContext,
  state: ShardState,
  item: RawItem,
  mark: Cancellation,
): Promise<CancelResult | undefined> {
  const job = parseJob(context.config, item)
  // It can never run: it is about to be refused.
  if (!job.ok) return { kind: 'gone' }
  const isMarked = job.value.cancellation !== undefined
  if (flyingKey(state, job.value.id) !== item.sk) {
    const doomed: Job = isMarked ? job.value : { ...job.value, cancellation: mark }
    return (await endWaiting(context, state, [doomed])) === 'stale' ? undefined : { kind: 'cancelled' }
  }
  if (isMarked || (await context.store.jobs.cancel(item, mark)) === 'marked') return { kind: 'cancelling' }
  return undefined
}

/** Where the job stands that is claimed or runs under this id. */
function flyingKey({ slots }: ShardState, id: JobId): SortKey | undefined {
  const slot = slotOfJob(slots, id)
  return slot && formatSortKey(positionOf(id, slot))
}

type Found = { readonly item: RawItem } | Extract<CancelResult, { kind: 'gone' | 'not found' }>

/** Where it stood; where its attempt says; or behind where it stood. */
async function find(
  { store }: CancelContext,
  state: ShardState,
  { shard, id, sk }: JobNamed,
): Promise<Found> {
  const isSuccessor = (key: SortKey) => sk === undefined || (key[0] === sk[0] && key > sk)
  const flying = flyingKey(state, id)
  for (const key of [sk, flying && isSuccessor(flying) ? flying : undefined]) {
    const item = key && (await store.jobs.get({ pk: shard, sk: key }))
    if (item) return { item }
  }
  let from = sk === undefined ? FIRST_SORT_KEY : firstKeyBehind(sk)
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const { items, more } = await store.jobs.range({ shard, from, limit: PAGE, ...endOfPriority(sk) })
    const item = items.find((one) => one.sk.split('#').slice(2).join('#') === id)
    if (item) return { item }
    const last = items.at(-1)?.sk
    if (!more || last === undefined) return { kind: 'gone' }
    from = firstKeyBehind(last)
  }
  return { kind: 'not found', looked: PAGE * MOST_PAGES }
}

const endOfPriority = (sk: SortKey | undefined): { readonly before?: SortKey } =>
  sk === undefined || sk.startsWith('9') ? {} : { before: `${Number(sk[0]) + 1}#` as SortKey }
