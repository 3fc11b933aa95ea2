/**
 * What has held the jobs of a shard lately, and so for what a job has waited: a few notes in the state item, which only
 * writes that are made anyway bring up to date.
 */
import type { Waits } from '../job/wait.ts'
import { isRateOfPartition, type LimiterName } from '../limits/limiter-name.ts'
import type { Held, ShardState } from '../shard/state.ts'
import type { Hold } from './holds.ts'

/** More of them would make the item dear. What is older is forgotten, and nobody says for what a job waited then. */
const MOST_NOTES = 6

/** What stands for all that holds jobs: without a start of the rate a shard asks for no unit of a limiter. */
const IN_THIS_ORDER = [
  'paused',
  'slowed down',
  'rate',
  'interval',
  'throttled',
  'shared rate',
  'slots',
  'limiter',
  'batch',
] as const

const byRateOf = (limiter: LimiterName): string => `${limiter} rate`

/** Jobs with the id of one in flight say nothing of the others. */
function heldBy(holds: readonly Hold[]): string | undefined {
  const found = IN_THIS_ORDER.map((reason) => holds.find((hold) => hold.reason === reason))
  const [first] = found.filter((hold) => hold !== undefined)
  if (first?.reason === 'shared rate')
    return isRateOfPartition(first.limiter) ? 'rate' : byRateOf(first.limiter)
  return first?.reason === 'limiter' ? first.limiter : first?.reason
}

const BY_ITS_RATE: ReadonlySet<string> = new Set(['rate', 'interval', 'throttled'])

/** By the notes: its next job waits for a start of its partition's rate, and nobody looks before one is forgotten. */
export function isHeldByItsRate({ held = [] }: Pick<ShardState, 'held'>): boolean {
  const by = held.at(-1)?.by
  return by !== undefined && BY_ITS_RATE.has(by)
}

/** By the notes: its next job waits for a start of that rate, which others share, too. */
export const isHeldByRateOf = (limiter: LimiterName, { held = [] }: Pick<ShardState, 'held'>): boolean =>
  held.at(-1)?.by === byRateOf(limiter)

/** By the notes: a slow-down holds its jobs, and it looks when that ends. */
export const isHeldBySlowDown = ({ held = [] }: Pick<ShardState, 'held'>): boolean =>
  held.at(-1)?.by === 'slowed down'

/** The notes after a pass. None if nothing waits any more. */
export function heldAfter(
  { held = [] }: Pick<ShardState, 'held'>,
  holds: readonly Hold[],
  now: number,
): readonly Held[] {
  if (holds.length === 0) return []
  const by = heldBy(holds)
  const last = held.at(-1)
  if (last?.by === by) return held
  // The function before may have a clock that is ahead: what counts twice would be longer than the job has waited.
  const since = Math.max(now, last?.since ?? now)
  return [...held, { since, ...(by === undefined ? {} : { by }) }].slice(-MOST_NOTES)
}

/**
 * For what a job has waited that is claimed now.
 * @param due from when on it could have started, and from when on it may: beyond `now` if it is claimed ahead of its rate
 */
export function waitsOf(
  { held = [] }: Pick<ShardState, 'held'>,
  due: { readonly from: number; readonly until: number },
  now: number,
): { readonly waits_ms?: Waits } {
  const waits = new Map<string, number>()
  const add = (by: string | undefined, time_ms: number) =>
    by !== undefined && time_ms > 0 && waits.set(by, (waits.get(by) ?? 0) + time_ms)
  held.forEach(({ since, by }, index) => {
    add(by, (held[index + 1]?.since ?? now) - Math.max(since, due.from))
  })
  // A window may reopen within a millisecond, and whoever starts then starts with the next one at the latest.
  add('rate', Math.floor(due.until) - Math.max(now, due.from))
  return waits.size > 0 ? { waits_ms: Object.fromEntries(waits) } : {}
}
