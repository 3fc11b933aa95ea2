/** I9: what somebody has put into the table by hand is made a schedule soon; or it is refused, with a dead letter that says why. */
import { isRaw } from '../../../lib/core/schedule/schedule-item.ts'
import type { Effect } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import { isBoundWhileTicking } from './i7-bound.ts'
import { asOnRecord } from './schedule-lives.ts'

interface ByHand {
  readonly isGood: boolean
  readonly since: number
  letters: number
  /** When it was made a schedule, or was gone. */
  seenToAt?: number
}

/** The stream, a cold start, a few calls, each of which may be sent twice. */
const SEEN_TO_MS = 60_000
/** Where records are lost: an outage of the clock, the sweep that comes once an hour, and what fails meanwhile. */
const FOUND_MS = 4 * 3_600_000

export const byHand = (): Check => {
  /** Key → what was put there, the last one last. */
  const puts = new Map<string, ByHand[]>()
  return {
    name: 'I9 put by hand',
    before(event, seen) {
      if (event.kind === 'note') judgeWaiting(puts, seen)
      if (event.kind !== 'effect') return
      const { effect, by } = event
      if (effect.op === 'scheduleByHand') {
        const { pk } = effect.item
        const one: ByHand = { isGood: effect.isGood, since: seen.truth.now, letters: 0 }
        puts.set(pk, [...(puts.get(pk) ?? []), one])
      }
      if (effect.op === 'schedule') judgeChange(effect, by, puts.get(effect.key)?.at(-1), seen)
      if (effect.op === 'buryEvent') judgeLetter(effect, puts, seen)
    },
    finally({ fail }) {
      for (const [pk, all] of puts)
        for (const [n, { isGood, letters }] of all.entries())
          if (!isGood && letters === 0 && n === all.length - 1) fail(`${pk} was refused without a letter`)
    },
  }
}

function judgeWaiting(puts: ReadonlyMap<string, readonly ByHand[]>, { truth, fail }: Seen): void {
  const bound_ms = isBoundWhileTicking(truth.plan) ? SEEN_TO_MS : FOUND_MS
  for (const [pk, all] of puts) {
    const last = all.at(-1)
    if (last && last.seenToAt === undefined && last.since + bound_ms < truth.now)
      fail(`${pk} was put by hand ${truth.now - last.since} ms ago, and nobody has seen to it`)
  }
}

function judgeChange(
  { key, was, is }: Extract<Effect, { op: 'schedule' }>,
  { fn }: Invocation,
  put: ByHand | undefined,
  { truth, fail }: Seen,
): void {
  if (!put || !was || !isRaw(was) || (is && isRaw(is))) return
  put.seenToAt = truth.now
  if (fn === 'admin' || fn === 'client') return
  if (asOnRecord(is) && !put.isGood) fail(`${key} makes no sense, and is made a schedule`)
  if (!is && put.isGood) fail(`${key} was put by hand, and is gone`)
  if (!is && !put.isGood && put.letters === 0) fail(`${key} is refused before it has a letter`)
}

/** The letter comes in the write that removes the item: there is one. */
function judgeLetter(
  { letter }: Extract<Effect, { op: 'buryEvent' }>,
  puts: ReadonlyMap<string, readonly ByHand[]>,
  { fail }: Seen,
): void {
  const [pk, all] = [...puts].find(([key]) => letter.job.includes(JSON.stringify(key))) ?? []
  const bad = all?.findLast(({ isGood }) => !isGood)
  if (pk === undefined || !all) return
  if (!bad) {
    fail(`${pk} is refused, and nothing is wrong: ${letter.error}`)
    return
  }
  bad.letters++
  if (bad.letters > 1) fail(`${pk} has ${bad.letters} letters`)
}
