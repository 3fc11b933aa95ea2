/** Whether jobs are left waiting amid those in flight, where hand-offs do not look unless the state item says so. */
import type { SortKey } from '../keys.ts'
import { closedSpans, isWithin, type Span } from '../shard/closed.ts'
import { type Slot, sortKeyOf } from '../shard/state.ts'
import type { PassInput } from './input.ts'

type Entries = readonly (readonly [string, Slot])[]
type Left = Pick<PassInput, 'reading' | 'stoppedAt'> & {
  /** The slots that stay, and those and the new ones. */
  readonly staying: Entries
  readonly next: Entries
  /** The keys of jobs that were read and not claimed. */
  readonly unclaimed: readonly SortKey[]
}

/**
 * Whether `waitingAmid` has to be said from now on. In doubt it is taken back only by a pass that has read all that is
 * closed; otherwise only what this pass has itself closed can hide a job that it has not read.
 */
export function isLeftAmid({ reading, stoppedAt, staying, next, unclaimed }: Left): boolean {
  const closed = closedSpans(next)
  if (unclaimed.some((key) => isWithin(closed, key))) return true
  const hasReadTo = (key: string) => stoppedAt === undefined || key <= stoppedAt
  if (reading.doubtful) return !(reading.whole && closed.every(({ last }) => hasReadTo(last)))
  const isUnread = (span: Span) => stoppedAt !== undefined && span.first <= stoppedAt && stoppedAt < span.last
  return closed.some(isUnread) && !closedSpans(staying).some(isUnread)
}

/**
 * Whether a job that was put late waits where another pass may claim beyond it: one that had read before the put and has
 * not written yet. It has to lose, so this pass writes even if there is nothing else to say.
 */
export function isOvertaken({ reading, next, unclaimed }: Omit<Left, 'staying' | 'stoppedAt'>): boolean {
  const closed = closedSpans(next)
  const [seen, inFlight] = [new Set<string>(unclaimed), new Set<string>(next.map(sortKeyOf))]
  return reading.late.some((key) => seen.has(key) || (isWithin(closed, key) && !inFlight.has(key)))
}
