/** I5: nothing leaks. When all has finished there is no slot; a start that no longer counts goes with the next write. */
import { isRunning, type Slot, slotEntries } from '../../../lib/core/shard/state.ts'
import { RESEND_AFTER_MS } from '../../../lib/core/times.ts'
import { knows } from '../workloads/versions.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { flightsIn } from './flights.ts'
import { readShard } from './keys.ts'
import type { InForce } from './limits.ts'
import { hasVersion } from './runnable.ts'

export const noSlots: Check = {
  name: 'I5 no slot left',
  finally({ truth, tables, fail }) {
    const version = truth.limits.versionInForce(truth.now) ?? 0
    const { config } = truth.plan.versions[version] ?? truth.plan.versions[0]
    const tried = new Set(
      [...truth.standing.values()].flatMap((one) =>
        hasVersion(truth.plan, one) ? [] : [`${one.pk} ${one.id}`],
      ),
    )
    // The slot of a worker that died in a queue that is no more waits for the queue to come back.
    for (const [shard, { slots }] of tables.states) {
      const left = slotEntries(slots).filter(
        ([id, slot]) =>
          !(
            flightsIn({ [id]: slot }).some((one) => tried.has(`${shard} ${one.id}`)) &&
            isYoung(slot, truth.now)
          ),
      )
      if (knows(config, shard) && left.length > 0) fail(`${shard} still holds ${JSON.stringify(left)}`)
    }
  },
}

/** A job whose task nobody knows is tried again and again, so it may be in flight at any moment. */
const isYoung = (slot: Slot, now: number): boolean =>
  isRunning(slot) ? slot.deadline > now : slot.sentAt > now - RESEND_AFTER_MS

/** Bounds what an item remembers: by true time, a pass may be so old between its decision and its write. */
const OLDEST_DECISION_MS = 90_000

/** A shard that has no unit may run nothing, whatever the limit. */
const mayRunNothing = ({ concurrency, rate }: InForce, isSpread: boolean): boolean =>
  concurrency === 0 || rate?.allowed === 0 || isSpread

export const forgets: Check = {
  name: 'I5 old starts are forgotten',
  after(event, { truth, fail }) {
    if (event.kind !== 'effect' || !isWritten(event.effect)) return
    const { shard, outcome, read } = event.effect
    if (!read.initialised) return
    const since = truth.now - OLDEST_DECISION_MS
    const limits = truth.limits.ofPartition(readShard(shard).partition, since, truth.now)
    // One where nothing may run keeps all: what it goes back to may be longer than what it remembers by now.
    const isSpread = readShard(shard).index !== undefined || outcome.state.books !== undefined
    if (limits.some((limit) => mayRunNothing(limit, isSpread))) return
    const stretch = Math.max(read.adaptive?.stretch ?? 1, outcome.state.adaptive?.stretch ?? 1)
    const longest = Math.max(
      ...limits.map(({ rate }) => (rate ? rate.period_ms * stretch + rate.margin_ms : 0)),
    )
    const oldest = since - longest - truth.plan.maxSkew_ms
    const kept = Object.keys(outcome.state.window).filter((end) => Number(end) < oldest)
    if (kept.some((end) => end in read.window))
      fail(`${readShard(shard).partition} still remembers ${kept.join(', ')}`)
  },
}
