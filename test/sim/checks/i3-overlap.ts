/** I3: no two attempts of one job overlap, and no two of its twins in one shard either: they bear the same id. */
import type { Check } from './check.ts'

export const overlap: Check = {
  name: 'I3 overlap',
  before(event, { truth, fail }) {
    if (event.kind !== 'attemptStarted') return
    const standing = truth.asRead(event.item)
    for (const attempt of truth.running) {
      const same = standing !== undefined && attempt.standing?.lineage === standing.lineage
      const twin = attempt.pk === event.pk && attempt.id === event.sk.split('#').slice(2).join('#')
      if (same || twin) fail(`${event.pk} ${event.sk} starts while ${attempt.sk} still runs`)
    }
  },
}

/** Each attempt is made once: a second time would be an attempt that nobody counts. */
export const attemptedOnce: Check = {
  name: 'I4 each attempt once',
  after(event, { truth, fail }) {
    if (event.kind !== 'attemptStarted') return
    // One that has slowed its partition down has spent nothing.
    const spent = truth.asRead(event.item)?.attempts.filter(({ end }) => end !== 'slowed')
    const times = spent?.length ?? 0
    if (times > 1) fail(`attempt ${event.attempt} of ${event.pk} ${event.sk} runs for the ${times}nd time`)
  },
}

/** A handler does not begin before its job is due, by any clock that there is. */
export const notEarly: Check = {
  name: 'I6 not before it is due',
  before(event, { truth, fail }) {
    if (event.kind !== 'attemptStarted') return
    const standing = truth.asRead(event.item)
    if (standing && standing.runAt > truth.now + truth.plan.maxSkew_ms)
      fail(`${event.pk} ${event.sk} starts ${standing.runAt - truth.now} ms early`)
  },
}
